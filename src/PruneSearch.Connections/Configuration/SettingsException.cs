namespace PruneSearch.Connections.Configuration;

/// <summary>A setting is wrong; the message says where it stands, what it is and what was expected.</summary>
public sealed class SettingsException : Exception
{
    /// <summary>One line.</summary>
    public SettingsException(string message)
        : base(message)
    {
    }

    /// <summary>One line, with the error behind it.</summary>
    public SettingsException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>For serializers.</summary>
    public SettingsException()
    {
    }
}
