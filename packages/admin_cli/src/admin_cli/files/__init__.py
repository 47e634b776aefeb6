"""Files that registrants sent."""
