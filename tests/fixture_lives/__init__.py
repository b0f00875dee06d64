"""Every fixture lives several lives: plain, suppressed, with aliased imports, through flake8, by stdin."""
