using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>What turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>Loshchilov, Hutter 2019.</summary>
    [JsonStringEnumMemberName("adamw")]
    AdamW,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}
