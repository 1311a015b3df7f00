"""Drawn pictures that a network trained on ImageNet recognises: 224 x 224 RGB bytes each, the same on every machine."""

import numpy as np

SIDE = 224
Y, X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)


def canvas(colour):
    return np.full((SIDE, SIDE, 3), colour, np.uint8)


def disc(picture, x, y, radius, colour):
    picture[(X - x) ** 2 + (Y - y) ** 2 < radius**2] = colour


def box(picture, left, top, right, bottom, colour):
    picture[top:bottom, left:right] = colour


def traffic_light():
    picture = canvas((150, 190, 230))
    box(picture, 72, 15, 152, 205, (30, 30, 30))
    box(picture, 105, 205, 119, SIDE, (60, 60, 60))
    for y, colour in ((50, (235, 40, 30)), (110, (70, 60, 20)), (170, (20, 70, 30))):
        disc(picture, 112, y, 26, colour)
    return picture


def zebra():
    picture = canvas(255)
    picture[np.sin(X / 7 + 3 * np.sin(Y / 40)) > 0] = 20
    return picture


def crossword_puzzle():
    picture = canvas(255)
    black = np.random.RandomState(3).rand(14, 14) < 0.3
    picture[np.kron(black, np.ones((16, 16), bool))] = 0
    picture[::16] = picture[:, ::16] = 60
    return picture


def honeycomb():
    size = 14
    picture = canvas((220, 160, 50))
    centres = [(size * (column * 3**0.5 + row % 2 * 3**0.5 / 2), size * row * 1.5)
               for row in range(-1, 20) for column in range(-1, 20)]
    apart = np.sort(np.stack([np.hypot(X - x, Y - y) for x, y in centres]), 0)
    picture[apart[1] - apart[0] < 3.5] = (120, 70, 10)
    return picture


def wall_clock():
    picture = canvas((200, 170, 140))
    disc(picture, 112, 112, 95, (40, 40, 40))
    disc(picture, 112, 112, 86, (250, 250, 250))
    for hour in np.arange(12) * np.pi / 6:
        disc(picture, 112 + 74 * np.sin(hour), 112 - 74 * np.cos(hour), 5, (20, 20, 20))
    for angle, length, width in ((0.9, 45, 4), (5.2, 65, 3)):
        for at in range(length):
            disc(picture, 112 + at * np.sin(angle), 112 - at * np.cos(angle), width, (10, 10, 10))
    return picture


def jack_o_lantern():
    picture = canvas((240, 240, 240))
    light = np.clip(1 - ((X - 85) ** 2 + (Y - 80) ** 2) / 26000, 0.35, 1)[..., None]
    head = np.hypot(X - 112, Y - 112) < 85
    picture[head] = (np.array((240, 120, 20)) * light).astype(np.uint8)[head]
    dark = (30, 15, 0)
    for x in (80, 144):
        picture[(np.abs(X - x) < (Y - 70) / 2) & (Y > 70) & (Y < 105)] = dark
    picture[(np.abs(Y - 145 + 5 * ((X - 112) / 30) ** 2) < 10) & (np.abs(X - 112) < 50)] = dark
    return picture


# Each with its class of ImageNet's 1,000.
PICTURES = [(traffic_light, 920), (zebra, 340), (crossword_puzzle, 918), (honeycomb, 599), (wall_clock, 892),
            (jack_o_lantern, 607)]
