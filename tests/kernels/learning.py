"""Networks: layers of perceptrons, convolution, pooling, normalisation, softmax."""

from __future__ import annotations

import numpy as np

from tests.kernels import Kernel, torch


# -- as users write them --------------------------------------------------------------------------------
def relu(x):
    return np.maximum(x, 0)


def softmax(x):
    tmp_max = np.max(x, axis=-1, keepdims=True)
    tmp_out = np.exp(x - tmp_max)
    tmp_sum = np.sum(tmp_out, axis=-1, keepdims=True)
    return tmp_out / tmp_sum


def softmax_4d(x, w):
    return np.sum(softmax(x) * w)


def mlp(input, w1, b1, w2, b2, w3, b3):
    x = relu(input @ w1 + b1)
    x = relu(x @ w2 + b2)
    x = softmax(x @ w3 + b3)  # Softmax call can be omitted if necessary
    return np.sum(x**3)


def conv2d(input, weights):
    K = weights.shape[0]  # Assuming square kernel
    N = input.shape[0]
    H_out = input.shape[1] - K + 1
    W_out = input.shape[2] - K + 1
    C_out = weights.shape[3]
    output = np.empty((N, H_out, W_out, C_out))

    # Loop structure adapted from https://github.com/SkalskiP/ILearnDeepLearning.py
    for i in range(H_out):
        for j in range(W_out):
            output[:, i, j, :] = np.sum(
                input[:, i : i + K, j : j + K, :, np.newaxis] * weights[np.newaxis, :, :, :],
                axis=(1, 2, 3),
            )

    return output


def conv2d_bias(input, weights, bias):
    out = conv2d(input, weights) + bias
    return np.sum(out**3)


def conv2d_loops(image, kernel):
    h, w = image.shape
    k, m = kernel.shape
    out = np.zeros((h - k + 1, w - m + 1))
    for i in range(h - k + 1):
        for j in range(w - m + 1):
            for p in range(k):
                for q in range(m):
                    out[i, j] += image[i + p, j + q] * kernel[p, q]
    return np.sum(out**3)


def conv2d_taps(image, kernel):
    """One statement on slices for each tap of the kernel."""
    k, m = kernel.shape
    rows, columns = image.shape[0] - k + 1, image.shape[1] - m + 1
    out = np.zeros((rows, columns))
    for p in range(k):
        for q in range(m):
            out += kernel[p, q] * image[p : p + rows, q : q + columns]
    return np.sum(out**3)


# 2x2 maxpool operator, as used in LeNet-5
def maxpool2d(x):
    output = np.empty([x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]], dtype=x.dtype)
    for i in range(x.shape[1] // 2):
        for j in range(x.shape[2] // 2):
            output[:, i, j, :] = np.max(x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, :], axis=(1, 2))
    return output


# LeNet-5 Convolutional Neural Network (inference mode)
def lenet5(input, conv1, conv1bias, conv2, conv2bias, fc1w, fc1b, fc2w, fc2b, fc3w, fc3b, N, C_before_fc1):
    x = relu(conv2d(input, conv1) + conv1bias)
    x = maxpool2d(x)
    x = relu(conv2d(x, conv2) + conv2bias)
    x = maxpool2d(x)
    x = np.reshape(x, (N, C_before_fc1))
    x = relu(x @ fc1w + fc1b)
    x = relu(x @ fc2w + fc2b)
    return x @ fc3w + fc3b


def lenet_loss(input, c1, d1, c2, d2, w1, b1, w2, b2, w3, b3, N, C_before_fc1):
    out = lenet5(input, c1, d1, c2, d2, w1, b1, w2, b2, w3, b3, N, C_before_fc1)
    return np.sum(out * out)


# Batch normalization operator, as used in ResNet
def batchnorm2d(x, eps=1e-5):
    mean = np.mean(x, axis=0, keepdims=True)
    std = np.std(x, axis=0, keepdims=True)
    return (x - mean) / np.sqrt(std + eps)


# Bottleneck residual block (after initial convolution, without downsampling)
# in the ResNet-50 CNN (inference)
def resnet_basicblock(input, conv1, conv2, conv3):
    # Pad output of first convolution for second convolution
    padded = np.zeros((input.shape[0], input.shape[1] + 2, input.shape[2] + 2, conv1.shape[3]))

    padded[:, 1:-1, 1:-1, :] = conv2d(input, conv1)
    x = batchnorm2d(padded)
    x = relu(x)

    x = conv2d(x, conv2)
    x = batchnorm2d(x)
    x = relu(x)
    x = conv2d(x, conv3)
    x = batchnorm2d(x)
    return relu(x + input)


def resnet(input, conv1, conv2, conv3, w):
    return np.sum(resnet_basicblock(input, conv1, conv2, conv3) * w)


# -- twins ----------------------------------------------------------------------------------------------
def twin_softmax_4d(x, w):
    return (torch.softmax(x, -1) * w).sum()


def twin_mlp(x, w1, b1, w2, b2, w3, b3):
    x = torch.relu(torch.relu(x @ w1 + b1) @ w2 + b2)
    return (torch.softmax(x @ w3 + b3, 1) ** 3).sum()


def convolved(x, weights):
    """Channels last, as in the kernels."""
    return torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), weights.permute(3, 2, 0, 1)).permute(0, 2, 3, 1)


def twin_conv2d_bias(x, weights, bias):
    return ((convolved(x, weights) + bias) ** 3).sum()


def twin_conv2d_loops(image, kernel):
    return (convolved(image[None, :, :, None], kernel[:, :, None, None]) ** 3).sum()


def pooled(x):
    return torch.nn.functional.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


def twin_lenet_loss(x, c1, d1, c2, d2, w1, b1, w2, b2, w3, b3, n, width):
    x = pooled(torch.relu(convolved(x, c1) + d1))
    x = pooled(torch.relu(convolved(x, c2) + d2)).reshape(n, width)
    out = torch.relu(torch.relu(x @ w1 + b1) @ w2 + b2) @ w3 + b3
    return (out * out).sum()


def twin_resnet(x, c1, c2, c3, w):
    def norm(v):
        centred = v - v.mean(0, keepdim=True)
        variance = (centred**2).mean(0, keepdim=True)
        positive = variance > 0  # the derivative of the deviation of constants is zero
        std = torch.where(positive, torch.where(positive, variance, torch.ones_like(variance)).sqrt(), 0.0)
        return centred / (std + 1e-5).sqrt()

    half = lambda v: 0.5 * (v + v.abs())  # half the cotangent at zero  # noqa: E731
    y = half(norm(torch.nn.functional.pad(convolved(x, c1), (0, 0, 1, 1, 1, 1))))
    y = half(norm(convolved(y, c2)))
    return (half(norm(convolved(y, c3)) + x) * w).sum()


# -- arguments ------------------------------------------------------------------------------------------
def normals(rng, *shapes):
    return tuple(rng.standard_normal(shape) for shape in shapes)


def make_mlp(rng, n):
    return normals(rng, (n, 4), (4, 6), 6, (6, 5), 5, (5, 3), 3)


def make_lenet(rng, n):
    count = n - 3
    width = 2 * 2 * 3
    shapes = ((count, 14, 14, 1), (3, 3, 1, 2), (2,), (3, 3, 2, 3), (3,), (width, 6), 6, (6, 5), 5, (5, 4), 4)
    return (*normals(rng, *shapes), count, width)


def make_resnet(rng, n):
    shapes = ((n, 4, 5, 3), (1, 1, 3, 2), (3, 3, 2, 2), (1, 1, 2, 3), (n, 4, 5, 3))
    return normals(rng, *shapes)


KERNELS = (
    Kernel(softmax_4d, lambda rng, n: normals(rng, (2, 3, n, n), (2, 3, n, n)), twin_softmax_4d, (0, 1)),
    Kernel(mlp, make_mlp, twin_mlp, (0, 1, 2, 3, 4, 5, 6)),
    Kernel(
        conv2d_bias,
        lambda rng, n: normals(rng, (2, n, n + 1, 3), (3, 3, 3, 2), (2,)),
        twin_conv2d_bias,
        (0, 1, 2),
    ),
    *(
        Kernel(fun, lambda rng, n: normals(rng, (n + 1, n + 2), (3, 2)), twin_conv2d_loops, (0, 1))
        for fun in (conv2d_loops, conv2d_taps)
    ),
    Kernel(lenet_loss, make_lenet, twin_lenet_loss, tuple(range(11))),
    Kernel(resnet, make_resnet, twin_resnet, (0, 1, 2, 3, 4), size=3),
)
