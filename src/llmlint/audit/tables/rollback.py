"""``rollback.toml``: flags, indexes, deployments, and what takes them back."""

from __future__ import annotations

from llmlint.audit.catalogue import Fact, Table


class Flag(Fact, frozen=True, kw_only=True, eq=False):
    """A service or library of feature flags."""

    name: str
    evaluates: tuple[str, ...]
    """Dotted functions, methods and decorators that ask for a flag."""
    sets_up: tuple[str, ...] = ()
    """Dotted classes and functions that only connect."""


class Registry(Fact, frozen=True, kw_only=True, eq=False):
    """A registry of prompts that is no ``remote_prompt`` of the catalogue."""

    name: str
    calls: tuple[str, ...]
    """Dotted functions and methods that get a version of a prompt."""


class Index(Fact, frozen=True, kw_only=True, eq=False):
    """A store of embeddings, and where its index or collection is named."""

    name: str
    calls: tuple[str, ...]
    """Dotted functions, classes and methods that open or fill one."""
    names: tuple[str, ...]
    """Their arguments (parameter paths) that name it."""
    aliases: tuple[str, ...] = ()
    """Methods that let a name point to another index."""


class Deployer(Fact, frozen=True, kw_only=True, eq=False):
    """A way to deploy: what runs it, and which files describe it."""

    name: str
    commands: tuple[str, ...] = ()
    """Regular expressions of commands that deploy or release."""
    actions: tuple[str, ...] = ()
    """Beginnings of actions and images of pipelines that do."""
    files: tuple[str, ...] = ()
    """Patterns of files that describe what is deployed."""
    contains: tuple[str, ...] = ()
    """Texts one of which must be in such a file; empty: any file counts."""
    by_itself: bool = False
    """The platform deploys what the file says whenever the branch changes: the file is the pipeline."""
    rollbacks: tuple[str, ...] = ()
    """Regular expressions of commands that go back."""
    stages: tuple[str, ...] = ()
    """Regular expressions of a canary or a share of the traffic, in commands and on lines of ``files``."""


class Lock(Fact, frozen=True, kw_only=True, eq=False):
    """A file that says which versions are installed."""

    name: str
    files: tuple[str, ...]
    """Patterns of files of Python packages."""
    marks: tuple[str, ...] = ()
    """Regular expressions one of which must be found in it: it is compiled, not written by hand."""


class RollbackWords(Fact, frozen=True, kw_only=True, eq=False):
    """Conventions."""

    other_models: tuple[str, ...]
    """Parts, in lower case, of the names of models for something other than text."""
    other_options: str
    """Regular expression of what is said of options that name a model and ask nothing of it."""
    pinned: tuple[str, ...]
    """Regular expressions of names of models that stay what they are: with a date, a version, a digest."""
    prompt_files: tuple[str, ...]
    """Patterns of files that hold prompts."""
    perhaps_prompts: tuple[str, ...]
    """Patterns of texts that are prompts more often than not, where code names them."""
    perhaps_templates: tuple[str, ...]
    """Patterns of texts that are prompts where they speak to a model."""
    data_files: tuple[str, ...]
    """Patterns of files of data, which may hold prompts among other things."""
    prompt_keys: str
    """Regular expression of keys (lower case) of such files that hold a prompt."""
    addresses: str
    """Regular expression of words that speak to a model."""
    signatures: tuple[str, ...]
    """Classes whose subclasses tell a model by their docstring what to do."""
    prompt_folders: tuple[str, ...]
    """Names of folders of them."""
    stamps: tuple[str, ...]
    """Keys and keywords (lower case, dots as underscores) that carry the version of a prompt."""
    metadata: tuple[str, ...]
    """Keywords by which something is given what its record carries."""
    stamped_objects: tuple[str, ...]
    """Keywords that link a record to a prompt of a registry."""
    program_versions: tuple[str, ...]
    """Keys of what all spans carry that are the version of the program."""
    resources: tuple[str, ...]
    """What makes that."""
    holders: str
    """Regular expression of columns (lower case) with the version of what holds a prompt."""
    conversations: str
    """Regular expression of names of classes (lower case) whose rows are conversations, or parts of them."""
    version_names: tuple[str, ...]
    """Names of constants that are the version of a prompt."""
    recorders: tuple[str, ...]
    """Last names of calls that record something about a call."""
    versioned: tuple[str, ...]
    """Regular expressions of names of indexes that carry a version or a date."""
    index_names: tuple[str, ...]
    """Parts of names (lower case) of settings and arguments that name an index."""
    config_files: tuple[str, ...]
    """Patterns of files of settings (YAML, TOML, JSON)."""
    env_files: tuple[str, ...]
    """Patterns of examples of the environment."""
    model_keys: tuple[str, ...]
    """Keys (lower case) of such files, and ends of variables, that name a model."""
    option_makers: tuple[str, ...]
    """Functions and methods that declare an option of the command line."""
    embedding_calls: str
    """Expression of names of functions that make embeddings."""
    sql_indexes: tuple[str, ...]
    """Regular expressions of SQL that keeps embeddings or searches them."""
    migrations: tuple[str, ...]
    """Patterns of files that change the shape of a database, and change it back."""
    keeping: tuple[str, ...]
    """Methods and functions that write an index to where they are told."""
    version_holes: tuple[str, ...]
    """Parts of names (lower case) that, put into the name of an index, are its version."""
    reindexing: tuple[str, ...]
    """Regular expressions, in documents and names of scripts, of building an index anew."""
    moved_by: str
    """Regular expression of what makes it necessary, as prose about it says it."""
    index_commands: str
    """Regular expression of commands of other programs that keep an index of embeddings."""
    embedded_by: str
    """Regular expression of columns and keys that say which model made the embeddings beside them."""
    moving_migrations: str
    """Regular expression of names of migrations that change how embeddings are kept."""
    documents: tuple[str, ...]
    """Patterns of documents of operations."""
    headings: tuple[str, ...]
    """Regular expressions of headings and names of tasks, jobs and scripts about going back."""
    prose: tuple[str, ...]
    """Regular expressions of going back to a release, in prose."""
    not_releases: tuple[str, ...]
    """Regular expressions of headings and sentences about going back with something else (a transaction)."""
    commands: tuple[str, ...]
    """Regular expressions of commands that go back, of no tool in particular."""
    schema_commands: tuple[str, ...]
    """Regular expressions of commands that take back the schema of a database."""
    scripts: tuple[str, ...]
    """Patterns of scripts that go back."""
    likely_deploys: tuple[str, ...]
    """Regular expressions of commands of pipelines that deploy with a tool that no ``deployer`` is about."""
    deploying_names: tuple[str, ...]
    """Regular expressions (lower case) of names of pipelines and jobs that deploy."""
    moves: tuple[str, ...]
    """Regular expressions of commands and actions that, in such a job, bring something to where it runs."""
    rehearsals: tuple[str, ...]
    """Regular expressions of headings and names of files about rehearsing it."""
    fresh: int
    """Days for which a rehearsal counts."""
    environments: tuple[str, ...]
    """Names of environments before production."""
    prereleases: str
    """Regular expression of commands that publish a release as one to be tried first."""
    early_labels: tuple[str, ...]
    """Labels of what an environment before production takes (``answer:staging``)."""
    early_tags: tuple[str, ...]
    """Tags of images that are built before a release."""
    pushed_in: tuple[str, ...]
    """Patterns of files that say how images are pushed."""
    environment_files: tuple[str, ...]
    """Patterns of files that describe such an environment."""
    staging: tuple[str, ...]
    """Regular expressions of staged releases in YAML: ``key`` or ``key: value``."""
    own_flags: tuple[str, ...]
    """Last names of functions and methods that ask for a flag of the project's own."""
    switches: str
    """Regular expression of variables that switch something on which is not for everybody yet."""
    other_switches: str
    """Regular expression of those among them about something beside what a model does."""
    shadow_modes: tuple[str, ...]
    """Values of settings by which a part only looks on."""
    shadows: tuple[str, ...]
    """Parts of names (lower case) by which a second version runs unseen, or for a share."""


class RollbackFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    flag: tuple[Flag, ...]
    registry: tuple[Registry, ...]
    index: tuple[Index, ...]
    deployer: tuple[Deployer, ...]
    lock: tuple[Lock, ...]
    words: RollbackWords
