metadata description = 'The storage account: queue, poison queue, table, containers, their lifecycle, and who may use them.'

import { tagMap } from '../settings.bicep'

@description('The account\'s name.')
param name string

@description('Where it lives.')
param location string

@description('Tags.')
param tags tagMap

@description('The queue\'s name; the poison queue is named after it.')
param queueName string

@description('Whether data is kept in three zones.')
param zoneRedundant bool

@description('Whether the account is reached by private endpoints only.')
param isPrivate bool

@description('After how many days an archived event moves to the cool tier; 0: never.')
param archiveCoolAfterDays int

@description('After how many days an archived event is deleted; 0: never.')
param archiveDeleteAfterDays int

@description('The name of the app\'s identity. It names the role assignments, whose names must be known beforehand.')
param identityName string

@description('The principal of the app\'s identity.')
param principalId string

@description('The operator, who works on the data by hand; empty: no operator.')
param operatorId string

@description('What the operator is.')
param operatorType string

var containers = {
  archive: 'webhook-archive'
  payloads: 'webhook-payloads'
  poison: 'webhook-poison'
  deployments: 'deployments'
}

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for member in items(containers): {
    parent: blobs
    name: member.value
    properties: {
      publicAccess: 'None'
    }
  }
]

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = {
  parent: queues
  name: queueName
}

resource poisonQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = {
  parent: queues
  name: '${queueName}-poison'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = {
  parent: tables
  name: 'webhooks'
}

// The app itself removes payloads and poison: a rule that deleted by age could remove what is still to be processed.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = if (archiveCoolAfterDays + archiveDeleteAfterDays > 0) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'archive'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${containers.archive}/']
            }
            actions: {
              baseBlob: union(
                archiveCoolAfterDays == 0 ? {} : { tierToCool: { daysAfterModificationGreaterThan: archiveCoolAfterDays } },
                archiveDeleteAfterDays == 0 ? {} : { delete: { daysAfterModificationGreaterThan: archiveDeleteAfterDays } }
              )
            }
          }
        }
      ]
    }
  }
}

// The account is also the host's own storage, and the host asks for these three. It keeps its locks, keys and packages
// in containers that it makes itself.
var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

var operatorRoles = {
  blobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  queueDataContributor: roles.queueDataContributor
  tableDataContributor: roles.tableDataContributor
}

resource appRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles): {
    scope: account
    name: guid(account.id, identityName, role.value)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

resource operatorRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(operatorRoles): if (!empty(operatorId)) {
    scope: account
    name: guid(account.id, operatorId, role.value)
    properties: {
      principalId: operatorId
      principalType: operatorType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

@description('The resource id.')
output id string = account.id

@description('The account\'s name.')
output name string = account.name

@description('The endpoint of queues.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('The endpoint of tables.')
output tableEndpoint string = account.properties.primaryEndpoints.table

@description('The endpoint of blobs.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('The address of the container that the app is deployed from.')
output deploymentContainer string = '${account.properties.primaryEndpoints.blob}${containers.deployments}'
