namespace PruneSearch.Core.Settings;

/// <summary>Settings whose keys do not follow from the properties of their record.</summary>
public interface IHasSection
{
    /// <summary>The keys, in the order in which the guide shows them.</summary>
    static abstract SettingsSection Section { get; }
}

/// <summary>Settings instead of which a single word may stand.</summary>
public interface IHasWord
{
    /// <summary>The word, and the record that it stands for.</summary>
    static abstract KeyValuePair<string, object> Word { get; }
}
