"""Python statements: which names they give to something, and which they use."""

import ast
import symtable


def defined_by(statements: list[ast.stmt]) -> set[str]:
    """The names that these statements give to something, at their own level."""
    defined = set[str]()
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            defined.add(statement.name)
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                defined.add(node.id)
            elif isinstance(node, ast.alias):
                defined.add((node.asname or node.name).partition(".")[0])
    return defined


def changed_by(statement: ast.stmt) -> set[str]:
    """The names whose things a statement changes in place: `table` in `table[0] = 1`."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return set()
    written = (
        node.value
        for node in ast.walk(statement)
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store)
    )
    return {node.id for node in written if isinstance(node, ast.Name)}


def used_by(statement: ast.stmt) -> set[str]:
    """The names from outside that a statement reads, now or when its function is called."""
    table = symtable.symtable(ast.unparse(statement), "<cell>", "exec")
    read = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        read.add(statement.target.id)
    return read | {name for inner in table.get_children() for name in _globals(inner)}


def _globals(table: symtable.SymbolTable) -> set[str]:
    """What a function reads that is not its own, and what the functions in it do."""
    read = {
        symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()
    }
    return read | {name for inner in table.get_children() for name in _globals(inner)}
