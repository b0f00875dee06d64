"""The shapes of ``rules/catalogue/audit/*.toml``, one module per file."""
