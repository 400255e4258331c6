namespace PruneSearch.Data.Datasets;

/// <summary>One object in a picture.</summary>
/// <param name="Class">Index into <see cref="DetectionDataset.Classes"/>.</param>
/// <param name="Box">Where it is; it lies within the picture and has an area.</param>
/// <param name="Area">Area in pixels by which COCO metrics tell small from large: of the segmentation where there is one, else of the box.</param>
/// <param name="Difficult">Marked as hard to recognise: VOC metrics leave it out, COCO metrics and training do not.</param>
/// <param name="Crowd">Stands for a group of objects: it is not trained on, and detections within it count neither way.</param>
public sealed record ObjectAnnotation(int Class, PixelBox Box, double Area, bool Difficult = false, bool Crowd = false);
