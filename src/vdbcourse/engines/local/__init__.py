"""The engines that the course starts on this machine, a module each."""
