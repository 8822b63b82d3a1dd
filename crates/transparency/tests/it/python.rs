//! Programs that are not ours: a verifier of the log and an HPKE, in Python.
