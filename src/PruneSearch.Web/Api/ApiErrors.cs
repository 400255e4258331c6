using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Configuration;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;

namespace PruneSearch.Web.Api;

/// <summary>Turns what calls throw into problem details (RFC 9457): one line that says which value was wrong and what was expected.</summary>
internal sealed partial class ApiErrors(ILogger<ApiErrors> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            return true; // nobody listens
        }
        var (status, detail) = Explain(exception);
        if (status == StatusCodes.Status500InternalServerError)
        {
            LogUnexpected(log, exception, httpContext.Request.Path);
        }
        var extensions = exception is SearchFileException file ? new Dictionary<string, object?> { ["errors"] = file.Errors } : null;
        await Results.Problem(ErrorText.OneLine(detail), statusCode: status, extensions: extensions).ExecuteAsync(httpContext).ConfigureAwait(false);
        return true;
    }

    private static (int Status, string Detail) Explain(Exception e) => e switch
    {
        BadHttpRequestException { InnerException: JsonException json } => (400, $"The JSON cannot be read: {json.Message}"),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        SearchFileException file => (400, file.Errors[0]),
        KeyNotFoundException or FileNotFoundException => (404, e.Message),
        ClusterException or StuckStageException => (503, e.Message),
        DatasetException or IOException or SettingsException => (503, e.Message),
        InvalidOperationException and not ObjectDisposedException when e.TargetSite?.DeclaringType?.Namespace?.StartsWith("System", StringComparison.Ordinal)
            != true => (409, e.Message),
        ArgumentException or FormatException or ImageDecodeException or NotFiniteNumberException => (400, e.Message),
        _ => (500, "Something unexpected happened; the log of the server says what."),
    };

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A request for {Path} failed unexpectedly")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, string path);
}
