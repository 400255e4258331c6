using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Web.Api.Reference;
using PruneSearch.Web.Models;

namespace PruneSearch.Web.Api;

/// <summary>Models of searches: what they are, and their files. A model is named as the frontier shows it but for spaces, or by its key.</summary>
internal static class ModelsApi
{
    private static readonly Dictionary<string, ModelForm> Forms = new(StringComparer.Ordinal)
    {
        ["model.onnx"] = ModelForm.Onnx,
        ["raw.onnx"] = ModelForm.RawOnnx,
        ["detector.json"] = ModelForm.Detector,
        ["weights.safetensors"] = ModelForm.Weights,
    };

    public static void MapModels(this IEndpointRouteBuilder api)
    {
        var models = api.MapGroup("/searches/{id}/models");
        models.MapGet("/{model}", async (string id, string model, SearchReports reports) =>
        {
            var (_, point) = await reports.FindAsync(Ask.Id(id), model).ConfigureAwait(false);
            return new ModelView(PointNames.Of(point), point);
        }).Describe("GetModel", "Models", "A model and its report. Names are those of the frontier without spaces " +
            "(original, iterative-40#2, one-shot-20int8).");
        models.MapGet("/{model}/widths", async (string id, string model, SearchReports reports, ModelFiles files, CancellationToken cancellation) =>
        {
            var (view, point) = await reports.FindAsync(Ask.Id(id), model).ConfigureAwait(false);
            return await files.WidthsAsync(view, point, cancellation).ConfigureAwait(false);
        }).Describe("GetWidths", "Models", "Channels of every group before and after.");
        models.MapGet("/{model}/accuracy", async (string id, string model, SearchReports reports) =>
        {
            var (view, point) = await reports.FindAsync(Ask.Id(id), model).ConfigureAwait(false);
            return ModelFiles.Accuracy(view, point);
        }).Describe("GetAccuracy", "Models", "Average precision of every class at IoU 0.5, beside that of the original.");
        models.MapGet("/{model}/latency", async (string id, string model, SearchReports reports) =>
        {
            var (_, point) = await reports.FindAsync(Ask.Id(id), model).ConfigureAwait(false);
            return new LatencyView(point.Report.Latency, point.Report.Processing);
        }).Describe("GetLatency", "Models", "Measured latency: the sessions' speed-ups and their 95 % interval; times around the network.");
        models.MapGet("/{model}/files/{file}", async (string id, string model, string file, SearchReports reports, ModelFiles files,
            CancellationToken cancellation) =>
        {
            var form = Forms.TryGetValue(file, out var known) ? known
                : throw new KeyNotFoundException($"There is no file '{file}', expected one of {string.Join(", ", Forms.Keys)}.");
            var (_, point) = await reports.FindAsync(Ask.Id(id), model).ConfigureAwait(false);
            var opened = await files.OpenAsync(id, point, form, cancellation).ConfigureAwait(false);
            return Results.Stream(opened.Content, opened.Type, opened.Name, enableRangeProcessing: true);
        }).Describe("GetModelFile", "Models", "A file: model.onnx (boxes, scores and labels; runs without this program), raw.onnx (as it was measured), " +
            "detector.json, weights.safetensors. Of a model whose name ends with int8, in 8-bit integers.")
            .Produces(200, contentType: "application/octet-stream");
    }
}

/// <summary>A model of a search as the API tells it.</summary>
/// <param name="Name">As the frontier shows it.</param>
/// <param name="Point">What is known of it.</param>
internal sealed record ModelView(string Name, FrontierPoint Point);

/// <summary>How fast a model is.</summary>
/// <param name="Network">The network alone, measured in turns with the original.</param>
/// <param name="Around">Before and after the network.</param>
internal sealed record LatencyView(LatencyReport Network, ProcessingTimes? Around);
