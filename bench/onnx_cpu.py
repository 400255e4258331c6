"""Processor time of ONNX files in ONNX Runtime, one thread, one picture, in turns: it says something on a machine that others use too.

    python3 onnx_cpu.py FIRST.onnx OTHER.onnx ...     medians of 25 rounds, and how many times as fast as the first
"""
import sys
import time

import numpy
import onnxruntime

ROUNDS = 25


def main():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    sessions = [onnxruntime.InferenceSession(name, options) for name in sys.argv[1:]]
    random, times = numpy.random.default_rng(1), [[] for _ in sessions]
    feeds = [{s.get_inputs()[0].name: random.random([1, *s.get_inputs()[0].shape[1:]], dtype=numpy.float32)} for s in sessions]
    for measured in [False] + [True] * ROUNDS:
        for session, feed, taken in zip(sessions, feeds, times):
            start = time.thread_time()
            session.run(None, feed)
            if measured:
                taken.append(time.thread_time() - start)
    for name, taken in zip(sys.argv[1:], times):
        print(f"{name}: {numpy.median(taken) * 1e3:.2f} ms, {numpy.median(numpy.array(times[0]) / numpy.array(taken)):.2f}x")


main()
