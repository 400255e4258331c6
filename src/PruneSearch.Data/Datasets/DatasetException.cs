using PruneSearch.Core;

namespace PruneSearch.Data.Datasets;

/// <summary>
/// A data set that cannot be used as it is: something missing, broken or contradictory. The message is one line that names
/// the file, the place in it and what was expected.
/// </summary>
/// <param name="message">Tells what is wrong and where.</param>
/// <param name="inner">The error behind it.</param>
public sealed class DatasetException(string message, Exception? inner = null) : Exception(ErrorText.OneLine(message), inner);
