"""The staff API: who may call it, its routes, and what each answers."""
