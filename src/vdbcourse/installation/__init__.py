"""The course on this machine: whether it has what it needs, its JupyterLab, and what it leaves."""
