"""The oracle: one module a chapter, NumPy only, float64, in nats unless a `base` says otherwise."""
