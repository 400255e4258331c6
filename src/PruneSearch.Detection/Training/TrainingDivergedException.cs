namespace PruneSearch.Detection.Training;

/// <summary>The loss, a gradient or a tensor became NaN or infinite, or the loss far larger than it was at first.</summary>
/// <param name="message">Says at which step and how.</param>
/// <param name="inner">The error behind it.</param>
public sealed class TrainingDivergedException(string message, Exception? inner = null) : Exception(message, inner);
