"""Records what PyTorch's distributions give for the cases of golden/cases.json, as golden/recorded.json.

python3 packages/distributions/src/testing/record.py > packages/distributions/golden/recorded.json
"""
import json
import math
import os
import warnings

import torch
import torch.distributions as D

warnings.filterwarnings("ignore")
golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "golden")


def encode(value):
    """Tensors as nested lists with shape and dtype; what JSON has no number for as text."""
    if isinstance(value, torch.Tensor):
        flat = [number(x) for x in value.detach().reshape(-1).tolist()]
        return {"shape": list(value.shape), "dtype": str(value.dtype).split(".")[1], "data": flat}
    return value


def number(x):
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if math.isnan(x) else ("inf" if x > 0 else "-inf")
    return x


def decode(spec, dtype, leaves):
    """A parameter: a number, nested lists for a tensor that requires grad, or a record that says what to make."""
    if isinstance(spec, dict):
        if "dist" in spec:
            return make(spec, dtype, leaves)
        if "transforms" in spec:
            return [transform(each, dtype, leaves) for each in spec["transforms"]]
        if "fixed" in spec:
            return torch.tensor(spec["fixed"], dtype=dtype)
    if isinstance(spec, list):
        leaf = torch.tensor(spec, dtype=dtype, requires_grad=True)
        leaves.append(leaf)
        return leaf
    return spec


def transform(spec, dtype, leaves):
    name, *args = spec
    return getattr(D.transforms, name)(*[decode(each, dtype, leaves) for each in args])


def make(spec, dtype, leaves):
    kind = getattr(D, spec["dist"], None) or getattr(D.relaxed_bernoulli, spec["dist"], None) or getattr(
        D.relaxed_categorical, spec["dist"]
    )
    args = [decode(each, dtype, leaves) for each in spec.get("args", [])]
    named = {key: decode(each, dtype, leaves) for key, each in spec.get("named", {}).items()}
    dist = kind(*args, **named)
    return dist.expand(spec["expand"]) if "expand" in spec else dist


def attempt(compute):
    try:
        return encode(compute())
    except NotImplementedError:
        return {"error": "NotImplementedError"}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}


def gradients(value, leaves):
    total = (value * torch.arange(1, value.numel() + 1, dtype=value.dtype).reshape(value.shape)).sum()
    found = torch.autograd.grad(total, leaves, allow_unused=True, retain_graph=True)
    return [None if g is None else encode(g) for g in found]


def record(case):
    dtype = getattr(torch, case.get("dtype", "float32"))
    leaves = []
    dist = make(case, dtype, leaves)
    out = {"text": repr(dist), "batchShape": list(dist.batch_shape), "eventShape": list(dist.event_shape)}
    torch.manual_seed(case.get("seed", 0))
    shape = case.get("sample", [3])
    sample = attempt(lambda: dist.sample(shape))
    out["sample"] = sample
    out["next"] = encode(torch.rand(1))
    torch.manual_seed(case.get("seed", 0))
    drawn = dist.sample(shape)
    value = torch.tensor(case["value"], dtype=drawn.dtype) if "value" in case else drawn
    # Gradients stop at the sample, as in a loss.
    log_prob = attempt(lambda: dist.log_prob(value))
    out["logProb"] = log_prob
    if "error" not in log_prob and dist.log_prob(value).requires_grad:
        out["logProbGrad"] = gradients(dist.log_prob(value), leaves)
    # PyTorch changes in place what the gradient of its Wishart samples needs.
    if dist.has_rsample and not isinstance(dist, D.Wishart):
        torch.manual_seed(case.get("seed", 0))
        rsample = dist.rsample(shape)
        if rsample.requires_grad:
            out["rsampleGrad"] = gradients(rsample, leaves)
    for name, attribute in (
        ("mean", "mean"),
        ("mode", "mode"),
        ("variance", "variance"),
        ("stddev", "stddev"),
    ):
        out[name] = attempt(lambda: getattr(dist, attribute))
    out["entropy"] = attempt(lambda: dist.entropy())
    if "error" not in out["entropy"] and dist.entropy().requires_grad:
        out["entropyGrad"] = gradients(dist.entropy(), leaves)
    out["cdf"] = attempt(lambda: dist.cdf(value))
    if "error" not in out["cdf"]:
        probs = torch.linspace(0.05, 0.95, value.numel(), dtype=dtype).reshape(value.shape)
        out["icdf"] = attempt(lambda: dist.icdf(probs))
    if dist.has_enumerate_support:
        out["enumerateSupport"] = attempt(lambda: dist.enumerate_support())
        out["enumerateSupportNarrow"] = attempt(lambda: dist.enumerate_support(False))
    out["support"] = attempt(lambda: repr(dist.support))
    return out


def divergence(case):
    dtype = getattr(torch, case.get("dtype", "float32"))
    leaves = []
    p = make(case["p"], dtype, leaves)
    q = make(case["q"], dtype, leaves)
    out = {"kl": attempt(lambda: D.kl_divergence(p, q))}
    if "error" not in out["kl"] and D.kl_divergence(p, q).requires_grad:
        value = D.kl_divergence(p, q)
        if bool(torch.isfinite(value).all()):
            out["grad"] = gradients(value, leaves)
    return out


def through(case):
    dtype = getattr(torch, case.get("dtype", "float32"))
    leaves = []
    t = transform(case["transform"], dtype, leaves)
    x = torch.tensor(case["x"], dtype=dtype, requires_grad=True)
    y = t(x)
    out = {
        "text": repr(t),
        "y": encode(y),
        "x": attempt(lambda: t.inv(y.detach())),
        "grad": gradients(y, [x]),
        "jacobian": attempt(lambda: t.log_abs_det_jacobian(x, y)),
        "sign": attempt(lambda: t.sign),
        "bijective": t.bijective,
        "domain": repr(t.domain),
        "codomain": repr(t.codomain),
    }
    try:
        out["forwardShape"] = list(t.forward_shape(x.shape))
        out["inverseShape"] = list(t.inverse_shape(y.shape))
    except ValueError as error:
        out["forwardShape"] = str(error)
    return out


cases = json.load(open(os.path.join(golden, "cases.json")))
kinds = {"distributions": record, "divergences": divergence, "transforms": through}
result = {
    kind: {
        case["name"]: function(case) for case in cases[kind]
    }
    for kind, function in kinds.items()
}
lines = [
    f'  "{kind}": {{\n' + ",\n".join(f"    {json.dumps(name)}: {json.dumps(value)}" for name, value in of.items()) + "\n  }"
    for kind, of in result.items()
]
print("{\n" + ",\n".join(lines) + "\n}")
