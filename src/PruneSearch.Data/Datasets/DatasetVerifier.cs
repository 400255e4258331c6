using System.Security.Cryptography;
using PruneSearch.Data.Images;

namespace PruneSearch.Data.Datasets;

/// <summary>Looks at every picture once before anything starts, so that a broken one does not stop a search halfway.</summary>
internal static class DatasetVerifier
{
    /// <summary>Hash and size of each picture, in order.</summary>
    public static PictureFact[] Look(string root, IReadOnlyList<PictureFact> pictures, ImageCheck check, int threads,
        CancellationToken cancellation = default)
    {
        var facts = new PictureFact[pictures.Count];
        var failures = new Exception?[pictures.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(threads, 1, 64), CancellationToken = cancellation };
        Parallel.For(0, pictures.Count, options, (i, state) =>
        {
            if (state.ShouldExitCurrentIteration)
            {
                return;
            }
            try
            {
                facts[i] = Look(root, pictures[i], check);
            }
            catch (Exception e) when (e is DatasetException or ImageDecodeException)
            {
                failures[i] = e;
                state.Break(); // pictures before this one are still looked at: the first broken one is named, whatever the timing
            }
        });
        return failures.FirstOrDefault(f => f is not null) switch
        {
            null => facts,
            DatasetException e => throw new DatasetException(e.Message, e),
            var e => throw new DatasetException(e.Message, e),
        };
    }

    private static PictureFact Look(string root, PictureFact picture, ImageCheck check)
    {
        string path = Path.Combine(root, picture.File);
        byte[] content = ImageDecoder.ReadFile(path);
        var fact = picture with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)) };
        if (check != ImageCheck.Decode)
        {
            return fact.Width > 0 && fact.Height > 0
                ? fact
                : throw new DatasetException($"{picture.Where}: the size of '{picture.File}' is not given, and the pictures are not decoded to learn it");
        }
        var image = ImageDecoder.Decode(content, path);
        bool unknown = picture.Width <= 0 && picture.Height <= 0;
        return unknown || (picture.Width == image.Width && picture.Height == image.Height)
            ? fact with { Width = image.Width, Height = image.Height }
            : throw new DatasetException($"{picture.Where}: '{picture.File}' should have {picture.Width}×{picture.Height} pixels, but the upright picture " +
                $"has {image.Width}×{image.Height}");
    }
}

/// <summary>A picture as an annotation names it and as it was found.</summary>
/// <param name="File">Path below the root.</param>
/// <param name="Where">Place of the annotation, for messages.</param>
/// <param name="Width">In pixels; 0 when the annotation does not tell.</param>
/// <param name="Height">In pixels; 0 when the annotation does not tell.</param>
/// <param name="Sha256">Hash of the content; empty before it was looked at.</param>
internal sealed record PictureFact(string File, string Where, int Width, int Height, string Sha256 = "");
