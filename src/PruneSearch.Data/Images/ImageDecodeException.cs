namespace PruneSearch.Data.Images;

/// <summary>A picture that cannot be decoded; the message names the file and the reason.</summary>
/// <param name="message">Tells which picture and why.</param>
/// <param name="inner">The error behind it.</param>
public sealed class ImageDecodeException(string message, Exception? inner = null) : Exception(message, inner);
