using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using PruneSearch.Core;

namespace PruneSearch.Inference.Onnx;

/// <summary>
/// What ONNX Runtime computes with: the processor, or a GPU through CUDA where this build of ONNX Runtime has that and the machine has what it needs.
/// </summary>
public sealed class OnnxProvider
{
    // cuDNN's own choice of each convolution's algorithm. ONNX Runtime's default times all of them in every session: a measurement, which has at least
    // eight sessions, took the better part of a minute, and sessions of one model chose differently (0.75 times as fast as itself, on an H200).
    private const string AlgorithmSearch = "HEURISTIC";

    private static readonly ConcurrentDictionary<int, OnnxProvider> Known = [];

    private OnnxProvider()
    {
    }

    /// <summary>The processor.</summary>
    public static OnnxProvider Cpu { get; } = new();

    /// <summary>Number of the GPU, from 0; <see langword="null"/> for the processor.</summary>
    public int? Gpu { get; private init; }

    /// <summary>Why a GPU that was asked for is not used, in one line; <see langword="null"/> where what was asked for is used.</summary>
    public string? Fallback { get; private init; }

    /// <summary>A GPU, or the processor where ONNX Runtime cannot use it. It is tried once a process.</summary>
    /// <param name="gpu">Its number, from 0; <see langword="null"/> for the processor.</param>
    public static OnnxProvider Of(int? gpu) => gpu is { } number ? Known.GetOrAdd(number, n => Choose(n, Try)) : Cpu;

    /// <summary>What a device is called in settings.</summary>
    /// <param name="device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <exception cref="FormatException">It is none of them, or ONNX Runtime cannot use it.</exception>
    public static OnnxProvider Require(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var provider = device switch
        {
            "cpu" => Cpu,
            "cuda" => Of(0),
            _ when device.StartsWith("cuda:", StringComparison.Ordinal) && PlainNumber.ParseWhole(device["cuda:".Length..]) is { } n and >= 0 => Of(n),
            _ => throw new FormatException($"device: '{device}' is not right, expected cpu, cuda or cuda:NUMBER"),
        };
        return provider.Fallback is { } why ? throw new FormatException($"device: ONNX Runtime cannot use '{device}' here: {why}") : provider;
    }

    /// <summary>A GPU, or the processor where trying it fails.</summary>
    internal static OnnxProvider Choose(int gpu, Action<int> attempt)
    {
        try
        {
            attempt(gpu);
            return new OnnxProvider { Gpu = gpu };
        }
        // A build without CUDA lacks the function, one with it the libraries of CUDA or the device.
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            return new OnnxProvider { Fallback = ErrorText.FirstLine(e.Message) };
        }
    }

    /// <summary>Has sessions use it; the processor is always there for what it lacks.</summary>
    internal void AddTo(SessionOptions options)
    {
        if (Gpu is { } gpu)
        {
            Add(options, gpu);
        }
    }

    private static void Try(int gpu)
    {
        using var options = new SessionOptions();
        Add(options, gpu);
    }

    private static void Add(SessionOptions options, int gpu)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new Dictionary<string, string>
        {
            ["device_id"] = gpu.ToString(CultureInfo.InvariantCulture),
            ["cudnn_conv_algo_search"] = AlgorithmSearch,
        });
        options.AppendExecutionProvider_CUDA(cuda);
    }
}
