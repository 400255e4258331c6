namespace PruneSearch.Data.Datasets;

/// <summary>
/// Reads annotated pictures. In every format boxes are clipped to their picture, and those without area or outside the
/// picture are left out with a warning.
/// </summary>
public static class DatasetReader
{
    /// <summary>Reads COCO object detection JSON (cocodataset.org/#format-data); <c>difficult</c> is read where it stands.</summary>
    /// <param name="annotationFile">The JSON file.</param>
    /// <param name="imageFolder">Folder that <c>file_name</c> is relative to.</param>
    /// <param name="options">How to read.</param>
    /// <exception cref="DatasetException">Something is missing, broken or contradictory.</exception>
    public static DetectionDataset ReadCoco(string annotationFile, string imageFolder, DatasetReadOptions? options = null) =>
        Guard(annotationFile, () => CocoReader.Read(annotationFile, imageFolder, options ?? new()));

    /// <summary>
    /// Reads one split of a Pascal VOC folder: <c>ImageSets/Main/&lt;split&gt;.txt</c>, <c>Annotations/*.xml</c> and
    /// <c>JPEGImages</c>. Coordinates are taken as edges, as annotation tools write them today.
    /// </summary>
    /// <param name="root">The folder that holds the three.</param>
    /// <param name="split">Name of the split, for example <c>train</c>.</param>
    /// <param name="options">How to read.</param>
    /// <exception cref="DatasetException">Something is missing, broken or contradictory.</exception>
    public static DetectionDataset ReadPascalVoc(string root, string split, DatasetReadOptions? options = null) =>
        Guard(root, () => VocReader.Read(root, split, options ?? new()));

    /// <summary>
    /// Reads one split of YOLO text labels: <c>images/&lt;split&gt;</c>, <c>labels/&lt;split&gt;/*.txt</c> and
    /// <c>classes.txt</c> with a name a line. A picture without label file shows no object.
    /// </summary>
    /// <param name="root">The folder that holds them.</param>
    /// <param name="split">Name of the split, for example <c>train</c>.</param>
    /// <param name="options">How to read; without decoding, the size of the pictures is read from their headers, because labels are fractions of it.</param>
    /// <exception cref="DatasetException">Something is missing, broken or contradictory.</exception>
    public static DetectionDataset ReadYolo(string root, string split, DatasetReadOptions? options = null) =>
        Guard(root, () => YoloReader.Read(root, split, options ?? new()));

    // Errors of the file system name their file; they become the one kind of error that callers show to users.
    private static DetectionDataset Guard(string source, Func<DetectionDataset> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(e.Message.Contains(source, StringComparison.Ordinal) ? e.Message : $"{source}: cannot be read: {e.Message}", e);
        }
    }
}
