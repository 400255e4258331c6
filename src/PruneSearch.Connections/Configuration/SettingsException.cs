namespace PruneSearch.Connections.Configuration;

/// <summary>A setting is wrong; the message says where it stands, what it is and what was expected.</summary>
/// <param name="inner">The error behind it.</param>
public sealed class SettingsException(string message, Exception? inner = null) : Exception(message, inner);
