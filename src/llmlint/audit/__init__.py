"""The readiness audit: criteria, the evidence for each, levels, and what to do next.

``assess`` is the whole of it; a detector (``audit/detectors/``) finds the evidence of one criterion.
See docs/architecture.md.
"""
