"""Calls of learners' functions, in this process or in another one."""
