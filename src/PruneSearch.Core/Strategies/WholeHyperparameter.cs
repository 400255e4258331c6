using System.Globalization;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Strategies;

/// <summary>A whole number between two bounds.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.WholeHyperparameter")]
public sealed record WholeHyperparameter : Hyperparameter
{
    /// <summary>Smallest value.</summary>
    [Id(0)]
    public required int From { get; init; }

    /// <summary>Largest value, above <see cref="From"/>.</summary>
    [Id(1)]
    public required int To { get; init; }

    /// <summary>Whether ratios count, not differences; then <see cref="From"/> is above 0.</summary>
    [Id(2)]
    public bool Log { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? Count => (long)To - From + 1 is < 100_000 and var count ? (int)count : null;

    // Every number has the same share of the scale: the bounds reach half a number further.
    private double Low => Log ? Math.Log(From - 0.5) : From - 0.5;

    private double High => Log ? Math.Log(To + 0.5) : To + 0.5;

    /// <inheritdoc/>
    public override double FromUnit(double unit)
    {
        double place = Low + unit * (High - Low);
        return Math.Clamp(Math.Round(Log ? Math.Exp(place) : place), From, To);
    }

    /// <inheritdoc/>
    public override double ToUnit(double value) => ((Log ? Math.Log(value) : value) - Low) / (High - Low);

    /// <inheritdoc/>
    public override bool Accepts(double value) => value >= From && value <= To && Math.Round(value) == value;

    /// <inheritdoc/>
    public override string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override double? Find(string text) => PlainNumber.ParseWhole(text) is { } value && Accepts(value) ? value : null;

    internal override string? Complaint() => Bounds.Complaint(From, To, Log);
}
