targetScope = 'subscription'

metadata description = 'Webhook ingestion: a Functions app, its storage, its vault, and what watches them.'

import {
  deliveryTestMap
  ofDeliveryTests
  ofKeyVault
  ofSources
  ofWebhooks
  silenceMap
  sourceMap
  vaultSettings
  webhookSettings
} from 'settings.bicep'

@description('Names everything; part of the resource group\'s name.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('The region of all resources. It must offer Flex Consumption with .NET 10.')
param location string

@description('Who may send, by name: the section Webhooks:Sources of the configuration.')
param sources sourceMap

@description('Who may ask for a test webhook, by client id: the section Webhooks:DeliveryTests of the configuration.')
param deliveryTests deliveryTestMap = {}

@description('The section Webhooks of the configuration, without its sources and clients of the delivery test.')
param webhooks webhookSettings = {}

@description('The section KeyVault of the configuration, without the vault\'s address.')
param keyVault vaultSettings = {}

@description('The queue\'s name: 3 to 56 lower-case letters, digits and single dashes.')
@minLength(3)
@maxLength(56)
param queueName string = 'webhook-events'

@description('The memory of an instance, in MB. 512 MB come with a quarter of a core, 2048 with one.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances that may run, of each group that scales by itself.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('Instances for HTTP that always run, so that no sender waits for a cold start. Zone redundancy needs two.')
@minValue(0)
@maxValue(1000)
param alwaysReadyHttpInstances int = 1

@description('How many requests an instance takes at a time.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 100

@description('Whether app and storage are spread over three zones.')
param zoneRedundant bool = false

@description('Whether storage and vault are reached through private endpoints only.')
param privateNetworking bool = false

@description('The address range of the network, a /24 or larger; used with privateNetworking.')
param networkAddressPrefix string = '10.90.0.0/24'

@description('The addresses and CIDR ranges that may call the app. None: all.')
param allowedIpRanges string[] = []

@description('How many days telemetry is kept.')
@minValue(30)
@maxValue(730)
param telemetryRetentionDays int = 30

@description('How many traces a second each instance sends, as text: 0.1 is one in ten seconds. Metrics and alerts see every webhook whatever this says.')
param tracesPerSecond string = '1'

@description('After how many days an archived event moves to the cool tier. 0: never. Moving a blob costs more than it saves unless blobs are large: see docs/scale.md.')
@minValue(0)
@maxValue(36500)
param archiveCoolAfterDays int = 30

@description('After how many days an archived event is deleted. 0: never. The archive holds whole webhooks, and with them what they say of people and their credit: keep it no longer than you may.')
@minValue(0)
@maxValue(36500)
param archiveDeleteAfterDays int = 0

@description('Whether what is deleted from the vault can be removed for good only after 90 days. Cannot be taken back.')
param purgeProtection bool = true

@description('The address that receives alerts. Empty: they show in the portal only.')
param alertEmail string = ''

@description('The longest time without a genuine webhook, by source. A source that is not named is not watched for silence.')
param silences silenceMap = {}

@description('From how many refused webhooks of one source within five minutes on somebody is told.')
@minValue(1)
param refusedBurst int = 50

@description('The object id of the operator, who writes the secrets and works on poison by hand. Empty: no operator.')
param operatorId string = ''

@description('What the operator is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorType string = 'User'

var token = toLower(uniqueString(subscription().id, environmentName, location))
var identityName = 'id-${token}'
var workspaceName = 'log-${token}'
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: workspaceName
    applicationInsightsName: 'appi-${token}'
    location: location
    tags: tags
    retentionDays: telemetryRetentionDays
    identityName: identityName
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    queueName: queueName
    zoneRedundant: zoneRedundant
    isPrivate: privateNetworking
    archiveCoolAfterDays: archiveCoolAfterDays
    archiveDeleteAfterDays: archiveDeleteAfterDays
    identityName: identityName
    principalId: identity.outputs.principalId
    operatorId: operatorId
    operatorType: operatorType
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    purgeProtection: purgeProtection
    isPrivate: privateNetworking
    workspaceId: monitoring.outputs.workspaceId
    identityName: identityName
    principalId: identity.outputs.principalId
    operatorId: operatorId
    operatorType: operatorType
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
    addressPrefix: networkAddressPrefix
    token: token
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    planName: 'plan-${token}'
    name: 'func-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    deploymentContainer: storage.outputs.deploymentContainer
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttpInstances: alwaysReadyHttpInstances
    httpConcurrency: httpConcurrency
    zoneRedundant: zoneRedundant
    allowedIpRanges: allowedIpRanges
    subnetId: network.?outputs.appSubnetId
    settings: union(ofSources(sources), ofDeliveryTests(deliveryTests), ofWebhooks(webhooks), ofKeyVault(keyVault), {
      WebhookQueue: queueName
      WebhookStorage__queueServiceUri: storage.outputs.queueEndpoint
      WebhookStorage__tableServiceUri: storage.outputs.tableEndpoint
      WebhookStorage__blobServiceUri: storage.outputs.blobEndpoint
      WebhookStorage__credential: 'managedidentity'
      WebhookStorage__clientId: identity.outputs.clientId
      KeyVault__Uri: vault.outputs.uri
      KeyVault__ClientId: identity.outputs.clientId
      // The host's own.
      AzureWebJobsStorage__queueServiceUri: storage.outputs.queueEndpoint
      AzureWebJobsStorage__tableServiceUri: storage.outputs.tableEndpoint
      AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.outputs.clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
      OTEL_TRACES_SAMPLER: 'microsoft.rate_limited'
      OTEL_TRACES_SAMPLER_ARG: tracesPerSecond
      AZURE_CLIENT_ID: identity.outputs.clientId
    })
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    email: alertEmail
    workspaceName: workspaceName
    storageId: storage.outputs.id
    silences: silences
    refusedBurst: refusedBurst
  }
  dependsOn: [monitoring]
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: workspaceName
  }
  dependsOn: [monitoring]
}

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The app.')
output FUNCTION_APP_NAME string = app.outputs.name

@description('The address before a source\'s name, to give to senders.')
output WEBHOOK_URL string = '${app.outputs.uri}/webhooks/'

@description('Whether the app can do its work.')
output READY_URL string = '${app.outputs.uri}/health/ready'

@description('The vault that the senders\' secrets go to.')
output KEY_VAULT_NAME string = vault.outputs.name

@description('The storage account.')
output STORAGE_ACCOUNT_NAME string = storage.outputs.name
