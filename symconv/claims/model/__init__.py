"""The data of claims: their syntax tree, what is known of the network, verdicts and errors."""
