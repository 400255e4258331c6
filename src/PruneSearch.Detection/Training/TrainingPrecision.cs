using PruneSearch.Core.Stages;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>The number type of convolutions while training; weights, their updates and batch-norm statistics are float32 always.</summary>
public static class TrainingPrecision
{
    /// <summary>What a setting stands for: the same on every processor.</summary>
    public static Precision Resolve(Precision precision) => precision == Precision.BFloat16 ? Precision.BFloat16 : Precision.Full;

    /// <summary>The type that a setting stands for.</summary>
    public static ScalarType TypeOf(Precision precision) => Resolve(precision) == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
}
