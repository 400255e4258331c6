using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using PruneSearch.Core;
using PruneSearch.Core.Stages;
using PruneSearch.Web.Doors;
using Scalar.AspNetCore;

namespace PruneSearch.Web.Api.Reference;

/// <summary>Describes the API to programs (OpenAPI, <c>/openapi/v1.json</c>) and people (<c>/reference</c>).</summary>
internal static class ReferenceRegistration
{
    private const string BearerScheme = "bearer";

    public static void AddReference(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith(ApiRegistration.Prefix[1..], StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "PruneSearch",
                Version = "v1",
                Description = "Launches, follows and queries searches for pruned detectors, and hands their models out.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = BearerScheme };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(StageKey) || context.JsonTypeInfo.Type == typeof(StageKey?))
            {
                (schema.Type, schema.Pattern, schema.Properties) = (JsonSchemaType.String, "^[0-9a-f]{64}$", null);
            }
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var json = context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<SentBody>().FirstOrDefault() is { } sent)
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = sent.Types.ToDictionary(t => t, _ => new OpenApiMediaType()),
                };
            }
            foreach (var example in context.Description.ActionDescriptor.EndpointMetadata.OfType<ExampleAnswer>())
            {
                if (operation.Responses?.TryGetValue($"{example.Status}", out var answer) == true
                    && answer.Content?.TryGetValue("application/json", out var content) == true && content is OpenApiMediaType media)
                {
                    media.Example = JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(example.Value, json));
                }
            }
            return Task.CompletedTask;
        });
    });

    public static void MapReference(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference(DoorRegistration.ReferenceAddress, options => options
            .WithTitle("PruneSearch API")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideDeveloperTools()
            .HideClientButton());
    }
}
