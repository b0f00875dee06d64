"""Where the texts of a project come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from llmlint.model.finding import Finding
from llmlint.source.document import SIZE_LIMIT, Document, read_document


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a project, as they are on disk or as somebody is just editing them."""

    root: Path
    texts: Mapping[str, Document | Finding]
    """A finding stands for a text that cannot be decoded."""

    def document(self, path: str) -> Document | Finding:
        """The document at this path, or the finding that says why there is none."""
        text = self.texts.get(path)
        return text if text is not None else read_document(self.root, path)

    def head(self, path: str) -> bytes:
        """The bytes up to the size limit: enough to judge files that are too large to be parsed."""
        text = self.texts.get(path)
        if isinstance(text, Document):
            return text.data
        if text is not None:
            return b""
        with open(self.root / path, "rb") as stream:
            return stream.read(SIZE_LIMIT)
