// The app's configuration as the template's parameters take it: the names and the shape of docs/configuration.md.

@export()
@description('How a source of the scheme custom signs.')
type signature = {
  @description('The header that carries the signature.')
  Header: string
  @description('hmac-sha1, hmac-sha256, hmac-sha384, hmac-sha512, ed25519, ecdsa-p256-sha256, rsa-sha256 or token.')
  Algorithm: string
  @description('hex, base64 or base64url.')
  Encoding: string?
  @description('What is before the signature.')
  Prefix: string?
  @description('For a header of key=value pairs: the key of the signature.')
  Field: string?
  @description('What separates several signatures, or the pairs, in one header.')
  Separator: string?
  @description('What is signed, as a template.')
  Content: string?
  @description('The header that carries the timestamp.')
  TimestampHeader: string?
  @description('For a header of key=value pairs: the key of the timestamp.')
  TimestampField: string?
  @description('seconds or milliseconds.')
  TimestampUnit: string?
  @description('The header that carries the id.')
  IdHeader: string?
  @description('Where the id is in the body.')
  IdPointer: string?
  @description('The header that names the event type.')
  EventTypeHeader: string?
  @description('Where the event type is in the body.')
  EventTypePointer: string?
}

@export()
@description('One source.')
type source = {
  @description('A scheme of the catalogue, or custom.')
  Scheme: string
  @description('Names of secrets in the vault, all of them valid. Never the secrets themselves.')
  @minLength(1)
  Secrets: string[]
  @description('Whether a shared secret may have fewer than 16 bytes. Only for a sender that gives no longer one.')
  AllowWeakSecret: bool?
  @description('Whether another source may name the same secret. Only while a source is being renamed.')
  AllowSharedSecret: bool?
  @description('How long a webhook of the source is remembered, such as 30.00:00:00. Not given: 180 days at least where no time is signed, else that of all.')
  Retention: string?
  @description('The accepted event types. None: all.')
  EventTypes: string[]?
  @description('How far the signed timestamp may be off, such as 00:05:00.')
  Tolerance: string?
  @description('JSON pointers that make up the replay key.')
  ReplayKey: string[]?
  @description('utf8, base64, hex or pem.')
  SecretFormat: string?
  @description('QI Tech: the path that the sender was given, with its query if it has one.')
  PublicPath: string?
  @description('QI Tech: the name of the secret that holds the expected API-CLIENT-KEY.')
  ClientKey: string?
  @description('signed-before: the sender signs and then compresses. Not given: it signs what it sends.')
  Compression: string?
  @description('QI Tech: json-dumps or raw. Not given: json-dumps.')
  BodyHash: string?
  @description('Addresses or CIDR ranges that may send.')
  AllowedIPs: string[]?
  @description('How a source of the scheme custom signs.')
  Signature: signature?
}

@export()
@description('All sources by name. A name is a lower-case letter and 1 to 31 more letters and digits.')
type sourceMap = {
  *: source
}

@export()
@description('One client of the delivery test, POST /v1/webhooks-management/test.')
type deliveryTest = {
  @description('The name of the secret in the vault that holds the client\'s API key. Never the key itself.')
  ApiKeySecret: string
  @description('Where the client receives webhooks. Not given: its test is answered with 424.')
  ReceiverUrl: string?
  @description('How the test webhook is signed. Not given: begini.')
  Scheme: string?
  @description('Whether the receiver may have a private address.')
  AllowPrivateAddresses: bool?
}

@export()
@description('All clients of the delivery test by id: 1 to 64 letters, digits and _.')
type deliveryTestMap = {
  *: deliveryTest
}

@export()
@description('Settings of the section Webhooks. What is not given keeps the default of the app.')
type webhookSettings = {
  @description('How long a webhook is remembered, such as 7.00:00:00.')
  Retention: string?
  @description('Larger bodies get 413.')
  @minValue(1)
  @maxValue(104857600)
  MaxBodyBytes: int?
  @description('How many bytes of bodies an instance holds in memory at a time; past it the slowest body gets 503.')
  @minValue(4194304)
  @maxValue(1073741824)
  MaxBytesInMemory: int?
  @description('How many bytes of bodies over 1 MiB an instance spools to temporary files at a time; at least four times MaxBodyBytes where that is over 1 MiB.')
  @minValue(4194304)
  @maxValue(1099511627776)
  MaxBytesSpooled: int?
  @description('Whether every event is kept in the archive.')
  Archive: bool?
  @description('How long a processor holds a row without renewing it.')
  Lease: string?
  @description('The delays between attempts.')
  RetryDelays: string[]?
  @description('How long a body may take to arrive; past it the answer is 408.')
  BodyWithin: string?
  @description('How long a request may take to be answered once its body is there.')
  AnswerWithin: string?
  @description('How often a storage call is tried.')
  @minValue(1)
  @maxValue(5)
  StorageTries: int?
  @description('How long one try of a storage call may take.')
  StorageTryTimeout: string?
  @description('The header with the address that AllowedIPs of the sources compares. A source with AllowedIPs needs it, because the app sees no peer but the host.')
  ClientAddressHeader: string?
  @description('The id of the Front Door that every webhook must come through, a GUID. X-Azure-ClientIP as ClientAddressHeader needs it.')
  FrontDoorId: string?
}

@export()
@description('Settings of the section KeyVault. What is not given keeps the default of the app.')
type vaultSettings = {
  @description('How often each secret is read again.')
  RefreshInterval: string?
  @description('How many versions of a secret are valid at a time.')
  @minValue(1)
  @maxValue(8)
  MaxVersions: int?
  @description('How long the last good keys keep serving while the vault cannot be read.')
  OutageTolerance: string?
}

@description('The windows that a log alert can look back.')
type silence = 'PT1H' | 'PT2H' | 'PT3H' | 'PT4H' | 'PT5H' | 'PT6H' | 'P1D' | 'P2D'

@export()
@description('The longest time without a genuine webhook, by source.')
type silenceMap = {
  *: silence
}

@export()
@description('App settings by name.')
type settingMap = {
  *: string
}

@export()
@description('Tags by name.')
type tagMap = {
  *: string
}

@description('The plain values of a section, without the named members.')
// Sections have members of different types, which no type of this language can say.
#disable-next-line use-user-defined-types
func values(section object, prefix string, except string[]) settingMap =>
  toObject(
    filter(items(section), member => !contains(except, member.key) && member.value != null),
    member => '${prefix}__${member.key}',
    member => string(member.value)
  )

@description('The values of a list, numbered from 0.')
func list(values string[], prefix string) settingMap =>
  toObject(map(range(0, length(values)), i => { key: '${prefix}__${i}', value: values[i] }), member => member.key, member => member.value)

@description('The settings of one source.')
func ofSource(source source, prefix string) settingMap =>
  union(
    values(source, prefix, ['Secrets', 'EventTypes', 'ReplayKey', 'AllowedIPs', 'Signature']),
    list(source.Secrets, '${prefix}__Secrets'),
    list(source.?EventTypes ?? [], '${prefix}__EventTypes'),
    list(source.?ReplayKey ?? [], '${prefix}__ReplayKey'),
    list(source.?AllowedIPs ?? [], '${prefix}__AllowedIPs'),
    values(source.?Signature ?? {}, '${prefix}__Signature', [])
  )

@export()
@description('The app settings of all sources.')
func ofSources(sources sourceMap) settingMap =>
  reduce(map(items(sources), member => ofSource(member.value, 'Webhooks__Sources__${member.key}')), {}, (all, one) => union(all, one))

@export()
@description('The app settings of all clients of the delivery test.')
func ofDeliveryTests(clients deliveryTestMap) settingMap =>
  reduce(map(items(clients), member => values(member.value, 'Webhooks__DeliveryTests__${member.key}', [])), {}, (all, one) => union(all, one))

@export()
@description('The app settings of the section Webhooks.')
func ofWebhooks(webhooks webhookSettings) settingMap =>
  union(values(webhooks, 'Webhooks', ['RetryDelays']), list(webhooks.?RetryDelays ?? [], 'Webhooks__RetryDelays'))

@export()
@description('The app settings of the section KeyVault.')
func ofKeyVault(keyVault vaultSettings) settingMap => values(keyVault, 'KeyVault', [])
