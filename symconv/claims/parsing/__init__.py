"""From text to a tree: characters, tokens, names, and the grammar of claims."""
