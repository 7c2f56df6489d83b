"""The model of train/training in PyTorch, for whoever has Python: tokens a second of one training step.

    pip install torch
    python support/bench/pytorch_llama.py --precision bfloat16

Beside it: ./altiplano train --config support/bench/speed.yaml (the same shape unless told otherwise).
Forward, backward, clipping and fused AdamW on random tokens; best of several steps.
"""

import argparse
import os
import time

import torch
import torch.nn.functional as F


def block(x, w, rotation, heads, kv, size, attention_type):
    b, t, _ = x.shape
    n = F.rms_norm(x, (x.shape[-1],), w["attn_norm"], 1e-5).to(w["q"].dtype)
    q = F.linear(n, w["q"]).view(b, t, heads, size).float()
    k = F.linear(n, w["k"]).view(b, t, kv, size).float()
    v = F.linear(n, w["v"]).view(b, t, kv, size)
    q, k = (torch.view_as_real(torch.view_as_complex(y.reshape(b, t, -1, size // 2, 2)) * rotation)
            .flatten(3) for y in (q, k))
    a = F.scaled_dot_product_attention(
        q.to(attention_type).transpose(1, 2), k.to(attention_type).transpose(1, 2),
        v.to(attention_type).transpose(1, 2), is_causal=True, enable_gqa=heads != kv)
    x = x + F.linear(a.transpose(1, 2).reshape(b, t, heads * size).to(w["o"].dtype), w["o"]).float()
    n = F.rms_norm(x, (x.shape[-1],), w["ffn_norm"], 1e-5).to(w["q"].dtype)
    return x + F.linear(F.silu(F.linear(n, w["gate"])) * F.linear(n, w["up"]), w["down"]).float()


def main():
    p = argparse.ArgumentParser()
    for name, default in dict(width=512, layers=7, heads=8, kv=2, vocabulary=12288, tokens=8192,
                              length=512, threads=os.cpu_count(), steps=6).items():
        p.add_argument("--" + name, type=int, default=default)
    p.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    p.add_argument("--attention", choices=["float32", "bfloat16"], default=None)
    o = p.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(1)
    size, inner = o.width // o.heads, o.width * 8 // 3
    dtype = getattr(torch, o.precision)
    attention_type = getattr(torch, o.attention or o.precision)

    def normal(*shape):
        return (torch.randn(*shape) * 0.02).requires_grad_()

    embedding = normal(o.vocabulary, o.width)
    last_norm = torch.ones(o.width, requires_grad=True)
    layers = [dict(attn_norm=torch.ones(o.width, requires_grad=True),
                   ffn_norm=torch.ones(o.width, requires_grad=True),
                   q=normal(o.width, o.width), k=normal(o.kv * size, o.width),
                   v=normal(o.kv * size, o.width), o=normal(o.width, o.width),
                   gate=normal(inner, o.width), up=normal(inner, o.width),
                   down=normal(o.width, inner)) for _ in range(o.layers)]
    leaves = [embedding, last_norm] + [w for layer in layers for w in layer.values()]
    count = sum(leaf.numel() for leaf in leaves)
    optimizer = torch.optim.AdamW(leaves, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.1, fused=True)
    angles = torch.outer(torch.arange(o.length), 500000.0 ** (-torch.arange(0, size, 2) / size))
    rotation = torch.polar(torch.ones_like(angles), angles)[:, None]
    tokens = torch.randint(0, o.vocabulary, (o.tokens // o.length, o.length + 1))
    best = (0.0, 0.0)
    for step in range(o.steps):
        wall, cpu = time.perf_counter(), time.process_time()
        x = F.embedding(tokens[:, :-1], embedding)
        for layer in layers:
            w = {k: v.to(dtype) if v.dim() > 1 else v for k, v in layer.items()}
            x = block(x, w, rotation, o.heads, o.kv, size, attention_type)
        x = F.rms_norm(x, (o.width,), last_norm, 1e-5).to(dtype)
        loss = F.cross_entropy(F.linear(x, embedding.to(dtype)).float().flatten(0, 1),
                               tokens[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(leaves, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        done = tokens[:, 1:].numel()
        best = (max(best[0], done / (time.perf_counter() - wall)),
                max(best[1], done / (time.process_time() - cpu)))
    a = torch.randn(2048, 2048).to(dtype)
    peak = 0.0
    for _ in range(8):
        start = time.perf_counter()
        a @ a
        peak = max(peak, 2 * 2048**3 / (time.perf_counter() - start))
    weights = count - 2 * o.width * o.layers - o.width
    operations = 6 * weights + 6 * o.layers * o.width * o.length
    print(f"{count:,} parameters, {o.precision}, {o.threads} threads: {best[0]:,.0f} tokens/s, "
          f"{best[1]:,.0f} a CPU-second, {best[0] * operations / peak:.0%} of {peak / 1e9:,.0f} GFLOP/s")


if __name__ == "__main__":
    main()
