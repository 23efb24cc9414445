"""One slow service, and who else falls over."""
