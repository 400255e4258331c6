namespace PruneSearch.Data.Images;

/// <summary>A picture that cannot be decoded; the message names the file and the reason.</summary>
public sealed class ImageDecodeException : Exception
{
    /// <summary>Tells which picture and why.</summary>
    public ImageDecodeException(string message)
        : base(message)
    {
    }

    /// <summary>Tells which picture and why, with the error behind it.</summary>
    public ImageDecodeException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>For serializers.</summary>
    public ImageDecodeException()
    {
    }
}
