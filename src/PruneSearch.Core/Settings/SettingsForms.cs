namespace PruneSearch.Core.Settings;

/// <summary>Settings of which there are several forms: the value of one key says which other keys there are.</summary>
public interface IHasForms
{
    /// <summary>The forms that a record of this type has.</summary>
    static abstract SettingsForms Forms { get; }
}

/// <summary>The forms that settings have.</summary>
/// <param name="Key">The key whose value says which form it is, for example <c>format</c>.</param>
/// <param name="Description">What that key says, for the guide.</param>
/// <param name="All">Every form, in the order in which the guide shows them.</param>
public sealed record SettingsForms(string Key, string Description, params IReadOnlyList<SettingsForm> All)
{
    /// <summary>Whether the key may be left out; the first form is then meant.</summary>
    public bool HasDefault { get; init; }
}

/// <summary>One form of settings.</summary>
/// <param name="Word">The value of the key that stands for it.</param>
/// <param name="Defaults">A record whose properties are the form's settings, with its defaults.</param>
public sealed record SettingsForm(string Word, object Defaults)
{
    /// <summary>The form whose settings stand on a record, with the defaults that stand there.</summary>
    /// <param name="word">The value of the key that stands for it.</param>
    public static SettingsForm Of<T>(string word)
        where T : class => new(word, Activator.CreateInstance<T>());
}
