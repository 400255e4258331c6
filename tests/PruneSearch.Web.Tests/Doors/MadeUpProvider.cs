using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PruneSearch.Web.Tests.Doors;

/// <summary>An OpenID Connect provider that knows one person, who signs in without being asked.</summary>
internal sealed class MadeUpProvider : IDisposable
{
    private readonly HttpListener _listener;
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "key" };
    private string? _nonce;

    public MadeUpProvider()
    {
        for (int attempt = 0; ; attempt++)
        {
            Issuer = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}");
            _listener = new HttpListener(); // one that could not start is of no more use
            _listener.Prefixes.Add(Issuer.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                // somebody has the port
            }
        }
        _ = Task.Run(AnswerAsync);
    }

    public Uri Issuer { get; }

    /// <summary>What the person may do.</summary>
    public string Role { get; set; } = "viewer";

    /// <summary>A token.</summary>
    public string Token(string audience, string role, SecurityKey? key = null, TimeSpan? life = null) => new JsonWebTokenHandler().CreateToken(
        new SecurityTokenDescriptor
        {
            Issuer = Issuer.ToString(),
            Audience = audience,
            Subject = new ClaimsIdentity([new("sub", "somebody"), new("roles", role), .. _nonce is null ? [] : new Claim[] { new("nonce", _nonce) }]),
            NotBefore = DateTime.UtcNow.AddHours(-2),
            IssuedAt = DateTime.UtcNow.AddHours(-2),
            Expires = DateTime.UtcNow + (life ?? TimeSpan.FromMinutes(5)),
            SigningCredentials = new SigningCredentials(key ?? _key, SecurityAlgorithms.RsaSha256),
        });

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                Answer(context);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var query = context.Request.QueryString;
        switch (context.Request.Url!.AbsolutePath)
        {
            case "/.well-known/openid-configuration":
                Write(context, new
                {
                    issuer = Issuer.ToString(),
                    authorization_endpoint = new Uri(Issuer, "authorize"),
                    token_endpoint = new Uri(Issuer, "token"),
                    jwks_uri = new Uri(Issuer, "keys"),
                });
                break;
            case "/keys":
                var parameters = _key.Rsa.ExportParameters(false);
                string n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent);
                Write(context, new { keys = new[] { new { kty = "RSA", kid = "key", use = "sig", n, e } } });
                break;
            case "/authorize":
                _nonce = query["nonce"];
                context.Response.Redirect($"{query["redirect_uri"]}?code=code&state={Uri.EscapeDataString(query["state"]!)}");
                break;
            default:
                Write(context, new { access_token = "access", token_type = "Bearer", id_token = Token("page", Role) });
                break;
        }
    }

    private static void Write(HttpListenerContext context, object answer)
    {
        context.Response.ContentType = "application/json";
        context.Response.OutputStream.Write(JsonSerializer.SerializeToUtf8Bytes(answer));
    }
}
