"""The recipes, one file for each family: the function's signature is the indicator's, its docstring the formula."""
