"""PyTorch's own signatures: on stdout path -> list of forms, each a list of [name, type, by name only, required]."""
import ast
import inspect
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import torch.nn.init

folder = Path(torch.__file__).parent


def form_of(args):
    """A function's form from its syntax tree."""
    text = lambda p: ast.unparse(p.annotation) if p.annotation else ""
    positional = args.posonlyargs + args.args
    optional = len(positional) - len(args.defaults)
    form = [[p.arg, text(p), False, i < optional] for i, p in enumerate(positional)]
    if args.vararg:
        form.append(["*" + args.vararg.arg, text(args.vararg), False, False])
    return form + [[p.arg, text(p), True, d is None] for p, d in zip(args.kwonlyargs, args.kw_defaults)]


def stubs(file, owner=None):
    """Overloads by name, as the stubs have them that are made with PyTorch's binary parts."""
    body = ast.parse((folder / "_C" / file).read_text()).body
    if owner:
        body = next(node for node in body if isinstance(node, ast.ClassDef) and node.name == owner).body
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(form_of(node.args))
    return found


def from_python(function):
    """The form of a function that is written in Python; none if it only passes on what it is given."""
    form = []
    for p in inspect.signature(function).parameters.values():
        if p.kind == p.VAR_KEYWORD:
            continue
        name = "*" + p.name if p.kind == p.VAR_POSITIONAL else p.name
        form.append([name, "_bool" if type(p.default) is bool else "", p.kind == p.KEYWORD_ONLY, p.default is p.empty])
    return None if any(name == "*args" for name, *_ in form) else [form]


def schemas(name):
    """Overloads that have no stubs."""
    named = {"self": "input"}
    return [
        [[named.get(a.name, a.name), str(a.type), a.kwarg_only, not a.has_default_value()] for a in schema.arguments]
        for schema in torch._C._jit_get_schemas_for_operator("aten::" + name)
    ]


result = {}


def add(space, owner, binary, prefix="", private=lambda name: None):
    for name in dir(owner):
        function = getattr(owner, name)
        if name.startswith("__") or not callable(function) or isinstance(function, type):
            continue
        forms = from_python(function) if inspect.isfunction(function) and not hasattr(function, "__wrapped__") else None
        hidden = private(name)
        if forms is None and hidden is not None:
            forms = from_python(hidden)
        written = inspect.isfunction(function) and not hasattr(function, "__wrapped__")
        forms = forms or binary.get(name) or (None if written else schemas(prefix + name))
        if forms:
            result[f"{space}.{name}"] = forms


functions = stubs("_VariableFunctions.pyi")
impl = {"unique": torch.functional._unique_impl, "unique_consecutive": torch.functional._unique_consecutive_impl}
add("torch", torch, functions, private=impl.get)
add("torch.Tensor", torch.Tensor, stubs("__init__.pyi", "_TensorBase"))
# What returns indices or not is two functions behind one of the form (*args, **kwargs).
add("torch.nn.functional", F, {**functions, **stubs("_nn.pyi")}, private=lambda name: getattr(F, "_" + name, None))
add("torch.linalg", torch.linalg, {}, "linalg_")
add("torch.special", torch.special, {}, "special_")
add("torch.masked", torch.masked, {})
add("torch.nn.init", torch.nn.init, {})
json.dump(result, sys.stdout)
