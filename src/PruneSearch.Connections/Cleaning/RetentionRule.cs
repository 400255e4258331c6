using PruneSearch.Connections.Configuration;
using PruneSearch.Core;

namespace PruneSearch.Connections.Cleaning;

/// <summary>What is deleted by itself of what no search needs any more, see <see cref="StoreCleaning"/>.</summary>
/// <param name="OlderThan">How long ago it must have been written.</param>
/// <param name="Keep">What is kept of searches that are over.</param>
public sealed record RetentionRule(TimeSpan OlderThan, KeepRule Keep)
{
    /// <summary>What a time may be, for messages.</summary>
    public const string Expected = "hours or days as in 12h or 30d";

    /// <summary>The file in a home folder with its settings.</summary>
    public const string HomeFile = "settings.yaml";

    private const string Time = "retention", Kept = "retention-keep";

    /// <summary>What the settings <c>retention</c> and <c>retention-keep</c> say; <see langword="null"/> when nothing is to be deleted.</summary>
    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static RetentionRule? Read(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var older = settings.Parsed(Time, TimeSpan.MinValue, Expected, ParseTime);
        var keep = settings.Choice(Kept, KeepRule.Frontier);
        return older == TimeSpan.MinValue ? null : new RetentionRule(older, keep);
    }

    /// <summary>The same for a home folder: its file <see cref="HomeFile"/>, and the environment, which comes before it.</summary>
    /// <exception cref="SettingsException">A value is wrong, or the file has another key.</exception>
    public static RetentionRule? OfHome(string home, Func<string, string?> environment)
    {
        string file = Path.Combine(home, HomeFile);
        return Read(Settings.Read(File.Exists(file) ? file : null, new Dictionary<string, string?>(), environment, [Time, Kept]));
    }

    /// <summary>Reads a time; <see langword="null"/> when it is none of up to 100,000 hours or days.</summary>
    public static TimeSpan? ParseTime(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 1 && PlainNumber.ParseWhole(text[..^1]) is >= 0 and <= 100_000 and var number
            ? text[^1] switch
            {
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                _ => null,
            }
            : null;
    }
}
