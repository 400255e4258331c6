using System.Globalization;

namespace PruneSearch.Cluster;

/// <summary>
/// How long each part of a stage may go without a sign of life. The signs come with every step, batch, picture, layer and timed run, so
/// the defaults are many times what a slow machine takes for one of them.
/// </summary>
public sealed record SilenceLimits
{
    private const double Longest = 86400;

    /// <summary>Limits by default. Exporting, and saving to a slow store, give no signs in between.</summary>
    public static IReadOnlyDictionary<string, TimeSpan> Defaults { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["restore"] = TimeSpan.FromMinutes(5), // reads and fetches pictures
        ["prune"] = TimeSpan.FromMinutes(10), // scores, solves layer by layer
        ["recalibrate"] = TimeSpan.FromMinutes(5),
        ["fine-tune"] = TimeSpan.FromMinutes(10), // one optimizer step, or a snapshot
        ["evaluate"] = TimeSpan.FromMinutes(10), // a batch, or the matching at the end
        ["export"] = TimeSpan.FromMinutes(5),
        ["measure"] = TimeSpan.FromMinutes(5),
        ["quantise"] = TimeSpan.FromMinutes(10),
        ["save"] = TimeSpan.FromMinutes(10),
    };

    /// <summary>The limits; a part that is not named has the longest of them.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Parts { get; init; } = Defaults;

    /// <summary>The limit of a part.</summary>
    public TimeSpan Of(string part) => Parts.TryGetValue(part, out var limit) ? limit : Parts.Values.Max();

    /// <summary>The same limit for all parts.</summary>
    public static SilenceLimits All(TimeSpan limit) => new() { Parts = Defaults.ToDictionary(d => d.Key, _ => limit) };

    /// <summary>Reads seconds: one number for all parts, or <c>PART=SECONDS</c> with blanks between them; other parts keep their defaults.</summary>
    /// <exception cref="ArgumentException">It is neither, or a number is not from 1 to 86400.</exception>
    public static SilenceLimits Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        if (Seconds(text) is { } all)
        {
            return All(all);
        }
        var parts = new Dictionary<string, TimeSpan>(Defaults, StringComparer.Ordinal);
        foreach (string item in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = item.Split('=');
            if (sides.Length != 2 || !Defaults.ContainsKey(sides[0]) || Seconds(sides[1]) is not { } limit)
            {
                throw new ArgumentException($"'{item}' is not right, expected seconds from 1 to {Longest} for all parts, or PART=SECONDS with blanks " +
                    $"between; parts are {string.Join(", ", Defaults.Keys)}");
            }
            parts[sides[0]] = limit;
        }
        return new SilenceLimits { Parts = parts };
    }

    private static TimeSpan? Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number is >= 1 and <= Longest
        ? TimeSpan.FromSeconds(number) : null;
}
