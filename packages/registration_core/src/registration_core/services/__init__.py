"""Services: what Rollcall does, one verb per module, through the domain's ports."""
