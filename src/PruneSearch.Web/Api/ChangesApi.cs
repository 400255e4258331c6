using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Web.Api.Launching;
using PruneSearch.Web.Api.Reference;
using PruneSearch.Web.Doors;

namespace PruneSearch.Web.Api;

/// <summary>Launches searches and changes them: for operators.</summary>
internal static class ChangesApi
{
    public static void MapChanges(this IEndpointRouteBuilder api)
    {
        var changes = api.MapGroup("/searches").RequireAuthorization(Roles.Operator);
        changes.MapPost("", LaunchAsync).Takes("application/yaml", "text/plain").Produces<LaunchedSearch>(201)
            .Describe("LaunchSearch", "Changes", "Launches a search from the text of a search file. All that is wrong with it comes back, " +
                "a line each with its place.")
            .Example(Examples.Launched, 201);
        changes.MapPost("/{id}/resume", async (string id, ISearchSession session, ResumeRequest? request) =>
        {
            await session.ResumeAsync(Ask.Id(id), request?.RetryFailed ?? false).ConfigureAwait(false);
            return await session.SummaryAsync(id).ConfigureAwait(false);
        }).Describe("ResumeSearch", "Changes", "Goes on with a search that was interrupted or cancelled; with retryFailed, failed stages are tried again.");
        changes.MapPost("/{id}/cancel", async (string id, ISearchSession session, CancelRequest? request) =>
        {
            await session.CancelAsync(Ask.Id(id), ErrorText.OneLine(request?.Reason ?? "cancelled over HTTP")).ConfigureAwait(false);
            return await session.SummaryAsync(id).ConfigureAwait(false);
        }).Describe("CancelSearch", "Changes", "Stops a search; stages that another search wants go on.");
        changes.MapDelete("/{id}", async (string id, ISearchSession session) =>
        {
            await session.DeleteAsync(Ask.Id(id)).ConfigureAwait(false);
            return Results.NoContent();
        }).Describe("DeleteSearch", "Changes", "Forgets a search that is over or cancelled. Its checkpoints stay until they are freed.");
        changes.MapPost("/{id}/budget", async (string id, ISearchSession session, BudgetSettings more) =>
        {
            await session.ExtendAsync(Ask.Id(id), Checked(more)).ConfigureAwait(false);
            return await session.SummaryAsync(id).ConfigureAwait(false);
        }).Describe("AddBudget", "Changes", "Adds to the budget of a search that grows and goes on with it, also when it was over.");
    }

    private static async Task<IResult> LaunchAsync(HttpContext context, SearchLaunch launch)
    {
        using var reader = new StreamReader(context.Request.Body);
        var launched = await launch.LaunchAsync(await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false), context.RequestAborted)
            .ConfigureAwait(false);
        return Results.Created($"{ApiRegistration.Prefix}/searches/{launched.Search.Id}", launched);
    }

    private static BudgetSettings Checked(BudgetSettings more)
    {
        var wrong = new List<ValidationResult>();
        return more == new BudgetSettings() ? throw new BadHttpRequestException("Nothing is added, expected at least one of hours, trajectories, steps.")
            : Validator.TryValidateObject(more, new ValidationContext(more), wrong, validateAllProperties: true) ? more
            : throw new BadHttpRequestException(string.Join(" ", wrong.Select(w => w.ErrorMessage)));
    }
}

/// <summary>How to go on.</summary>
/// <param name="RetryFailed">Whether stages are tried again that failed for good.</param>
internal sealed record ResumeRequest(bool RetryFailed = false);

/// <summary>What <c>cancel</c> may be sent.</summary>
/// <param name="Reason">One line, shown with the search.</param>
internal sealed record CancelRequest([property: MaxLength(500)] string? Reason = null);
