using System.Globalization;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// A number between two bounds. Proposed values are rounded to what matters (a thousandth of the range, or three digits on a logarithmic
/// scale): they are read by people, and equal ones share stages.
/// </summary>
[GenerateSerializer, Immutable, Alias("prunesearch.RealHyperparameter")]
public sealed record RealHyperparameter : Hyperparameter
{
    /// <summary>Smallest value.</summary>
    [Id(0)]
    public required double From { get; init; }

    /// <summary>Largest value, above <see cref="From"/>.</summary>
    [Id(1)]
    public required double To { get; init; }

    /// <summary>Whether ratios count, not differences; then <see cref="From"/> is above 0.</summary>
    [Id(2)]
    public bool Log { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? Count => null;

    /// <inheritdoc/>
    public override double FromUnit(double unit)
    {
        double value = Log
            ? Digits(Math.Exp(Math.Log(From) + unit * (Math.Log(To) - Math.Log(From))))
            : Rounded(From + unit * (To - From), (int)Math.Ceiling(Math.Log10(To - From)) - 3);
        return Math.Clamp(value, From, To);
    }

    /// <inheritdoc/>
    public override double ToUnit(double value) => Math.Clamp(
        Log ? (Math.Log(value) - Math.Log(From)) / (Math.Log(To) - Math.Log(From)) : (value - From) / (To - From), 0, 1);

    /// <inheritdoc/>
    public override bool Accepts(double value) => value >= From && value <= To;

    /// <inheritdoc/>
    public override string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override double? Find(string text) => PlainNumber.Parse(text) is { } value && Accepts(value) ? value : null;

    internal override string? Complaint() => Bounds.Complaint(From, To, Log);

    private static double Digits(double value) => Rounded(value, (int)Math.Floor(Math.Log10(value)) - 2);

    // Through decimal digits: 0.3 is then the number that a text with 0.3 is read as.
    private static double Rounded(double value, int exponent) => double.Parse(
        Math.Round(value / Math.Pow(10, exponent)).ToString("F0", CultureInfo.InvariantCulture) + "e" + exponent.ToString(CultureInfo.InvariantCulture),
        CultureInfo.InvariantCulture);
}
