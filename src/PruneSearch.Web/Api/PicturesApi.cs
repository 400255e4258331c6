using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PruneSearch.Client.Inputs;
using PruneSearch.Core.Searches;
using PruneSearch.Data.Images;
using PruneSearch.Inference.Detecting;
using PruneSearch.Web.Api.Reference;
using PruneSearch.Web.Models;
using PruneSearch.Web.Pictures;

namespace PruneSearch.Web.Api;

/// <summary>Pictures of a search's splits, with what is annotated and what models find.</summary>
internal static class PicturesApi
{
    private const int MostModels = 8;
    private const string AnyBytes = "application/octet-stream";

    public static void MapPictures(this IEndpointRouteBuilder api)
    {
        var pictures = api.MapGroup("/searches/{id}/pictures");
        pictures.MapGet("", async (
            string id, SearchPictures all, CancellationToken cancellation, string split = "validation", int after = 0, int limit = 100) =>
        {
            var samples = (await all.SplitAsync(Ask.Id(id), split, cancellation).ConfigureAwait(false)).Manifest.Samples;
            int from = Math.Min(Ask.After(after), samples.Count), to = Math.Min(from + Ask.Limit(limit), samples.Count);
            return new PicturePage([.. Enumerable.Range(from, to - from).Select(i =>
                new PictureEntry(i, samples[i].File, samples[i].Width, samples[i].Height, samples[i].Objects.Count))], to, samples.Count);
        }).Describe("ListPictures", "Pictures", "Pictures of a split: validation, train or test.");
        pictures.MapGet("/{index:int}", async (string id, int index, SearchPictures all, CancellationToken cancellation, string split = "validation") =>
        {
            byte[] content = await (await SplitAsync(all, id, split, index, cancellation).ConfigureAwait(false)).ReadAsync(index, cancellation)
                .ConfigureAwait(false);
            return Results.Bytes(content, PictureFormat.Of(content)?.MediaType ?? AnyBytes);
        }).Describe("GetPicture", "Pictures", "The file of a picture.").Produces(200, contentType: PictureFormat.Jpeg.MediaType);
        pictures.MapGet("/{index:int}/detections", DetectionsAsync)
            .Describe("GetDetections", "Pictures", "What is annotated in a picture, and what models find in it (model=… once for each, at most 8).");
        pictures.MapGet("/changes", ChangesAsync)
            .Describe("ListChanges", "Pictures", "What a model sees otherwise than another one, in the first pictures of a split; " +
                "most changed pictures first.");
        api.MapPost("/searches/{id}/models/{model}/detect", async (
            string id, string model, HttpContext context, SearchReports reports, LoadedDetectors detectors) =>
        {
            var (_, point) = await reports.FindAsync(Ask.Id(id), model).ConfigureAwait(false);
            using var content = new MemoryStream();
            await context.Request.Body.CopyToAsync(content, context.RequestAborted).ConfigureAwait(false);
            return await detectors.DetectAsync(point, content.ToArray(), "the picture", context.RequestAborted).ConfigureAwait(false);
        }).WithBodyLimit(BodyLimit.Picture).Takes([.. PictureFormat.All.Select(f => f.MediaType), AnyBytes])
            .Produces<PictureResult>()
            .Describe("Detect", "Pictures", "Finds objects in a picture that is sent, at most 32 MiB. Nothing is kept of it.");
    }

    private static async Task<SplitPictures> SplitAsync(SearchPictures all, string id, string split, int index, CancellationToken cancellation)
    {
        var pictures = await all.SplitAsync(Ask.Id(id), split, cancellation).ConfigureAwait(false);
        int count = pictures.Manifest.Samples.Count;
        return index >= 0 && index < count ? pictures : throw new KeyNotFoundException($"There is no picture {index}, expected 0 to {count - 1}.");
    }

    private static async Task<PictureView> DetectionsAsync(string id, int index, string[] model, SearchPictures all, SearchReports reports,
        CancellationToken cancellation, string split = "validation")
    {
        Ask.Within("the number of models", model.Length, 0, MostModels);
        var pictures = await SplitAsync(all, id, split, index, cancellation).ConfigureAwait(false);
        var found = new List<ModelDetections>();
        foreach (string name in model)
        {
            var (_, point) = await reports.FindAsync(id, name).ConfigureAwait(false);
            found.Add(new ModelDetections(name, (await all.DetectAsync(point, pictures, index, cancellation).ConfigureAwait(false)).Objects));
        }
        var sample = pictures.Manifest.Samples[index];
        return new PictureView(sample.File, sample.Width, sample.Height, SearchPictures.Truth(pictures, index), found);
    }

    private static async Task<IReadOnlyList<PictureChanges>> ChangesAsync(string id, string model, SearchPictures all, SearchReports reports,
        CancellationToken cancellation, string against = "original", string split = "validation", int count = 50)
    {
        var pictures = await all.SplitAsync(Ask.Id(id), split, cancellation).ConfigureAwait(false);
        var (_, after) = await reports.FindAsync(id, model).ConfigureAwait(false);
        var (_, before) = await reports.FindAsync(id, against).ConfigureAwait(false);
        var changes = await all.CompareAsync(before, after, pictures, Ask.Within("count", count, 1, ReportPage.Largest), cancellation)
            .ToListAsync(cancellation).ConfigureAwait(false);
        return [.. changes.OrderByDescending(c => c.Changed).ThenBy(c => c.Index)];
    }
}

/// <summary>Some pictures of a split.</summary>
/// <param name="Next">Where the next page begins.</param>
/// <param name="Total">Pictures in all.</param>
internal sealed record PicturePage(IReadOnlyList<PictureEntry> Pictures, int Next, int Total);

/// <summary>A picture of a split.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Objects">Annotated objects.</param>
internal sealed record PictureEntry(int Index, string File, int Width, int Height, int Objects);

/// <summary>A picture with what is in it.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Truth">What is annotated.</param>
/// <param name="Models">What each model finds.</param>
internal sealed record PictureView(string File, int Width, int Height, IReadOnlyList<FoundObject> Truth, IReadOnlyList<ModelDetections> Models);

/// <summary>What a model finds.</summary>
/// <param name="Model">Its name, as it was asked for.</param>
/// <param name="Objects">By falling score.</param>
internal sealed record ModelDetections(string Model, IReadOnlyList<FoundObject> Objects);
