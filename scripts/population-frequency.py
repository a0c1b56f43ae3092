"""At which frequency a population oscillates: the peak of the spectrum of its rate.

usage: population-frequency.py TRACES.h5 POPULATION FROM_MS TO_MS

The rate, in bins of 0.5 ms, is cut into stretches of 250 ms that overlap by half; the mean of their spectra (Hann window, Welch 1967) is
looked at from 8 Hz to the Nyquist frequency. Prints the frequency of the peak and its height over the median of the spectrum.
"""
import sys

import h5py
import numpy as np

path, population, start, stop = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
width = 0.5
with h5py.File(path) as file:
    times = file[f"spikes/{population}/timestamps"][:]
counts, _ = np.histogram(times, bins=np.arange(start, stop + width / 2, width))
length = round(250 / width)
window = np.hanning(length)
spectra = []
for first in range(0, len(counts) - length + 1, length // 2):
    part = counts[first:first + length]
    spectra.append(np.abs(np.fft.rfft((part - part.mean()) * window)) ** 2)
spectrum = np.mean(spectra, axis=0)
frequencies = np.fft.rfftfreq(length, width / 1000)
band = frequencies >= 8
peak = np.argmax(spectrum[band])
print(f"{frequencies[band][peak]:.0f} Hz, {spectrum[band][peak] / np.median(spectrum[band]):.0f} times the median")
