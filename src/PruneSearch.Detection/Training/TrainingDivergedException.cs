namespace PruneSearch.Detection.Training;

/// <summary>The loss, a gradient or a tensor became NaN or infinite, or the loss far larger than it was at first.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Says at which step and how.</summary>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>For serializers.</summary>
    public TrainingDivergedException()
    {
    }

    /// <summary>Says at which step and how, with the error behind it.</summary>
    public TrainingDivergedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
