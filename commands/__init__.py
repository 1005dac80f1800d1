"""The commands of the command line, and how their answers are shown."""
