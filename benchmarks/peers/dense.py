"""The Jacobian of one sample as a matrix, for peers with dense linear algebra."""

import numpy as np


def jacobian(net, leak, tau, z, out):
    """Writes d z'/d z at z = [phi, psi, u] into out, both of one sample; see case.field."""
    n, h, k = net.units, net.hidden, net.outputs
    phi, psi = z[:n], z[n : 2 * n]
    s = np.tanh(phi[:h])
    slope = 1 - s**2
    back = np.zeros(h)
    out[:] = 0
    np.fill_diagonal(out, -1.0)
    for pre, post, m in net.blocks:
        out[post, pre] += m * slope[pre]
        back[pre] = psi[post] @ m
        out[n : n + h, n : 2 * n][pre, post] += slope[pre, None] * m.T
    rows = np.arange(n)
    out[rows, n + rows] += 1
    hidden = rows[:h]
    out[n + hidden, hidden] += -2 * s * slope * back
    outputs = np.arange(k)
    out[n + h + outputs, 2 * n + outputs] += 1
    y = phi[h:]
    p = np.exp(y - y.max())
    p /= p.sum()
    out[2 * n :, h:n] = (np.outer(p, p) - np.diag(p)) / tau
    out[2 * n + outputs, 2 * n + outputs] = -leak / tau
    return out
