"""One module for a few criteria that look at the same things: ``DETECTORS`` maps their ids to functions.

Found by looking into this folder: there is no list to add to. A criterion that no module names is not built
yet and is left out of the report.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from llmlint.audit.subject import Detector


@functools.cache
def detectors() -> Mapping[str, Detector]:
    """Every detector by its criterion; two for one criterion are a mistake."""
    found: dict[str, Detector] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for criterion, detector in getattr(module, "DETECTORS", {}).items():
            if criterion in found:
                raise ValueError(f"{criterion} has two detectors, one of them in {info.name}")
            found[criterion] = detector
    return found
