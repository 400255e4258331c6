namespace PruneSearch.Core.Stages;

/// <summary>
/// A worker that cannot get at what a stage needs: pictures that are neither in their folder on this machine nor in the
/// checkpoint store, weights that cannot be read, a clock that is fine enough to measure by. Another worker may well be able to.
/// </summary>
/// <param name="message">Tells what is missing and where it was looked for, in one line.</param>
/// <param name="inner">The error behind it.</param>
public sealed class InputUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
