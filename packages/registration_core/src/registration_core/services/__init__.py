"""What Rollcall does, one verb a module, over the domain's ports."""
