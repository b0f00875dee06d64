"""What lies in a repository beside Python code, read when somebody asks: the evidence of the audit.

Nothing here runs, imports or fetches anything. Each file is read at most once, and parsed only for whoever
asks for it; what cannot be read or parsed is a ``Problem`` and otherwise as if it were not there.
"""
